// kernel/cgroup/ groups tasks (linux-2.6.33 kernel/cgroup.c, kernel/ns_cgroup.c): each task is in one group,
// which it has from its maker, and a file system shows the groups as directories. There is one hierarchy at
// most, and one subsystem that can be bound to it: `ns`, which puts a child with namespaces of its own into a
// group named after its number. A task holds its group by a css_set, which all tasks of the group share.
#pragma once
#include "kernel/files/inode.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

/// Which group a task is in. There is one for each group that has tasks, and the first, which stays.
struct CssSet {
    u32 count = 1; ///< tasks; of the first: and the kernel itself
    Inode* cgroup =
        nullptr;   ///< counted: the directory; null: the top group, whose directory comes by mounting
    ListNode node; ///< in css_sets; the first is not in it
};

inline constexpr u32 MAX_CGROUP_ROOT_NAMELEN = 64; // linux-2.6.33 linux/cgroup.h

/// The hierarchy, while it is mounted or has groups besides the top one.
struct CgroupRoot {
    SuperBlock* sb = nullptr; ///< not counted; null: there is none
    bool ns_bound = false;    ///< the subsystem ns decides who is put where
    u32 name_length = 0;
    char name[MAX_CGROUP_ROOT_NAMELEN] = {}; ///< mount's name=
};

extern CssSet* init_css_set;
extern CgroupRoot cgroup_root;
/// All sets but the first.
extern List<CssSet, &CssSet::node> css_sets;
extern const FileSystemType cgroup_file_system;
extern const InodeOps cgroup_inodes;
extern const FileOps cgroup_tasks_ops;

/// The first set, for the idle task: one count is the kernel's own.
[[nodiscard]] CssSet* cgroup_init();

inline void get_css_set(CssSet* set) { set->count++; }
/// Drops one count; the last one frees the set and lets go of its group.
void put_css_set(CssSet* set);

/// The directory of a task's group; null if no hierarchy is there. A dead task is in the top group.
[[nodiscard]] Inode* cgroup_of(const Task& task);
/// Whether tasks are in the group whose directory this is.
[[nodiscard]] bool cgroup_has_tasks(const Inode& group);
/// Whether an inode is the directory of a group other than the top one: such a group holds the hierarchy.
[[nodiscard]] bool holds_hierarchy(const Inode& inode);
/// Moves a task. EPERM: with ns bound tasks only go down, and not those of a group elsewhere; ESRCH: it is
/// exiting; ENOMEM. linux-2.6.33 cgroup_attach_task.
[[nodiscard]] Errno cgroup_attach_task(Inode& group, Task& task);

/// A group with this name, which is free, and this mode below another, counted for the caller. ENOMEM.
Result<Inode*> create_cgroup(Inode& parent, Text name, u32 mode);
/// Takes a group away in which there are neither tasks nor groups.
void remove_cgroup(DirEntry& entry);
/// The same for one that has just been made: as if it had never been.
void undo_create_cgroup(DirEntry& entry);

/// Puts a child that has namespaces of its own into a new group below its own, named after its number, if ns
/// is bound. EEXIST, EPERM, ENOMEM: it stays where it is, and there is no new group (2.6.33 leaves one
/// behind if only the attaching fails: defect B5). linux-2.6.33 ns_cgroup_clone.
[[nodiscard]] Errno ns_cgroup_clone(Task& child, i32 number);
/// Takes that back, if it was done: the child is where its maker is.
void ns_cgroup_undo(Task& child, CssSet* of_maker);

/// A number in decimal digits; returns how many. `to` has room for ten.
[[nodiscard]] u32 decimal(u32 number, char* to);

/// What /proc/PID/cgroup says, "1:ns:/a/b" and a new line, written to the end of a buffer, from the last
/// character backwards; no text if no hierarchy is there, ENAMETOOLONG if the path does not fit (linux-2.6.33
/// proc_cgroup_show).
Result<Text> cgroup_line(const Task& task, char* buffer, u32 size);

} // namespace forkproof
