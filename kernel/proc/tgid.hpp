// The files and links of one task, by the file that makes them.
#pragma once
#include "kernel/proc/proc.hpp"

namespace forkproof {

// stat.cpp, status.cpp
Errno proc_tgid_stat(ProcText& to, const Task& task, const Inode& file);
Errno proc_tid_stat(ProcText& to, const Task& task, const Inode& file);
Errno proc_status(ProcText& to, const Task& task, const Inode& file);
/// linux-2.6.33 get_task_state: a letter and a word.
[[nodiscard]] const char* proc_task_state(const Task& task);

// places.cpp
Errno proc_cwd(const Task& task, const Inode& link, Path& place);
Errno proc_exe(const Task& task, const Inode& link, Path& place);
Errno proc_root_place(const Task& task, const Inode& link, Path& place);
extern const ProcNames proc_fds;
Errno proc_mounts(ProcText& to, const Task& task, const Inode& file);
Errno proc_cgroup(ProcText& to, const Task& task, const Inode& file);

// net.cpp
Errno proc_net_dev(ProcText& to, const Task& task, const Inode& file);
Errno proc_net_udp(ProcText& to, const Task& task, const Inode& file);
Errno proc_net_unix(ProcText& to, const Task& task, const Inode& file);

// ns.cpp
Errno proc_ns_ipc(ProcText& to, const Task& task, const Inode& file);
Errno proc_ns_mnt(ProcText& to, const Task& task, const Inode& file);
Errno proc_ns_net(ProcText& to, const Task& task, const Inode& file);
Errno proc_ns_pid(ProcText& to, const Task& task, const Inode& file);
Errno proc_ns_user(ProcText& to, const Task& task, const Inode& file);
Errno proc_ns_uts(ProcText& to, const Task& task, const Inode& file);

} // namespace forkproof
