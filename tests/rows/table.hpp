// The resources of copy_process, a row each, and the programs of tests/programs that show them: `make rows`.
#pragma once
#include <string>
#include <vector>

namespace forkproof::rows {

struct Row {
    const char* name;
    std::vector<const char*> programs; ///< none: nothing shows it yet
    bool on_linux = true;              ///< Linux still has the calls: there the programs print the same
    const char* cmdline = "";          ///< words for the kernel's command line
};

inline const std::vector<Row> table = {
    {"creds, user namespace", {"creds", "setuidexec", "newuser"}},
    {"security_task_create", {"lsm"}, false, "lsm=NEWPID,VFORK:ENOSPC"},
    {"exec domain", {"execdomain"}, false},
    {"max_threads", {"threadsmax"}, false},
    {"mount namespace, CLONE_FS", {"clonefs", "mounts", "tmpfs"}},
    {"uts", {"uts"}},
    {"ipc, CLONE_SYSVSEM", {"semundo", "semwait", "semns"}},
    {"pid namespace", {"pidns"}},
    {"net namespace", {"netns", "sockets"}},
    {"CLONE_FILES", {"fdtable"}},
    {"CLONE_IO", {"ioprio"}},
    {"cgroup, ns-cgroup", {"cgroups"}, false},
    {"CLONE_SETTLS, ioperm", {"clonetls", "ioperm"}},
    {"pid words", {"pidwords"}},
    {"vfork", {"vforks", "vforkorder"}},
    {"kernel threads", {"kthreads"}, false},
    {"numbers", {"procnumbers", "procnames"}},
};

} // namespace forkproof::rows
