// kernel/proc/ is the file system that tells of tasks: each pid namespace has one, which shows the tasks that
// are visible there under their numbers there (linux-2.6.33 fs/proc). Nothing is stored: names are looked up
// and texts made when somebody asks. An inode holds the struct pid of the task it tells of, not the task;
// once the task is gone, reading answers ESRCH and looking up ENOENT. Before a child is published its number
// leads to no task, so that nothing here can show it. Folders above add what they know as rows of the tables
// in root.cpp and tgid.cpp.
#pragma once
#include "kernel/files/inode.hpp"
#include "kernel/namespaces/mount.hpp"
#include "kernel/namespaces/nsproxy.hpp"
#include "kernel/proc/text.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

/// What a directory of proc is besides its table: names that are made at the time.
struct ProcNames {
    /// The first item at or behind `number`, which moves to it; false: there is none.
    bool (*next)(const Inode& directory, u32& number, DirectoryItem& item);
    /// The inode of a name, counted for the caller. ENOENT, ENOMEM.
    Result<Inode*> (*lookup)(Inode& directory, Text name);
};

/// One name of proc: a row of a directory's table. Which function is there says what it is.
struct ProcEntry {
    const char* name;
    u32 mode;                                                 ///< with its type
    Errno (*show)(ProcText& to, const Inode& file) = nullptr; ///< a file or a link that tells of no task
    /// A file that tells of the inode's task, as the namespace numbers tasks.
    Errno (*show_task)(ProcText& to, const Task& task, const Inode& file) = nullptr;
    Errno (*write)(Text text) = nullptr; ///< all of a file at once; EINVAL
    /// A link to a place: ENOENT, or the place with counts of its own. EACCES is asked before.
    Errno (*place)(const Task& task, const Inode& link, Path& place) = nullptr;
    const char* target = nullptr;     ///< a link's text
    const ProcEntry* table = nullptr; ///< of a directory; ended by a row without a name
    const ProcNames* names = nullptr; ///< of a directory
};

/// An inode of proc for a row of a directory's table, counted for the caller; `position` is the row's in
/// getdents. `pid` is held once more; null: it tells of nobody. ENOMEM.
Result<Inode*> make_proc_inode(Inode& directory, const ProcEntry& entry, Pid* pid, u32 position);
/// The same for a name that is a number.
Result<Inode*> make_proc_number(Inode& directory, const ProcEntry& entry, Pid* pid, u32 number);
/// What a file, or a link without a place, says. ESRCH: its task is gone.
[[nodiscard]] Errno show_proc(ProcText& to, const Inode& inode);

/// The task that an inode tells of; null: it is gone, or there was none.
[[nodiscard]] inline Task* proc_task(const Inode& inode) {
    return inode.pid ? pid_task(*inode.pid) : nullptr;
}
/// A name that is a decimal number without leading zeros; 0: it is none.
[[nodiscard]] i32 number_of_name(Text name);
/// A decimal number as an item's name.
void name_item(DirectoryItem& item, i32 number);
/// Whether the current task may see what only a debugger may (linux-2.6.33 ptrace_may_access).
[[nodiscard]] bool may_look_into(const Task& task);

extern const ProcEntry proc_root, proc_tgid, proc_tid; ///< the directories /proc, /proc/PID, PID/task/TID
extern const InodeOps proc_inodes;
extern const FileOps proc_file_ops;

/// Makes the proc of a pid namespace and the kernel's own mount of it, which the namespace holds
/// (linux-2.6.33 pid_ns_prepare_proc). ENOMEM: nothing has changed.
[[nodiscard]] Errno pid_ns_prepare_proc(PidNs& ns);

} // namespace forkproof
