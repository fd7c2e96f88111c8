// Names of proc: looked up in tables, or among what lives now; an inode is made each time.
#include "kernel/files/operations.hpp"
#include "kernel/files/path_text.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/proc/proc.hpp"

namespace forkproof {

namespace {

constexpr u32 FIRST_ROW = 2;      ///< positions of getdents: the rows of the table,
constexpr u32 FIRST_NUMBER = 256; ///< then what is made at the time (linux-2.6.33 FIRST_PROCESS_ENTRY)
constexpr u32 LONGEST_NUMBER = 9;
constexpr u32 FNV_PRIME = 16777619; ///< Fowler, Noll, Vo: FNV-1a

/// The number under which the file system shows the inode's task; 0: to none.
i32 number_in(const Inode& inode) { return inode.pid ? pid_nr_ns(inode.pid, inode.sb->pid_ns) : 0; }

/// A name has the same number as long as it is there: made from its directory's and its position there.
u32 ino_at(const Inode& directory, u32 position) { return (directory.ino ^ position) * FNV_PRIME; }

Result<Inode*> proc_lookup(Inode& directory, Text name) {
    const ProcEntry& at = *directory.proc;
    if (directory.pid && !proc_task(directory)) return Errno::ENOENT;
    for (const ProcEntry* entry = at.table; entry && entry->name; entry++)
        if (name == entry->name)
            return make_proc_inode(directory, *entry, directory.pid,
                                   FIRST_ROW + static_cast<u32>(entry - at.table));
    if (!at.names) return Errno::ENOENT;
    return at.names->lookup(directory, name);
}

bool proc_entry_at(const Inode& directory, i64& position, DirectoryItem& item) {
    const ProcEntry& at = *directory.proc;
    if (directory.pid && !proc_task(directory)) return false;
    u32 rows = 0;
    while (at.table && at.table[rows].name) rows++;
    if (position < FIRST_ROW + rows) {
        const ProcEntry& entry = at.table[static_cast<u32>(position) - FIRST_ROW];
        item.name = entry.name;
        item.mode = entry.mode;
        item.ino = ino_at(directory, static_cast<u32>(position));
        return true;
    }
    if (!at.names || position > PID_MAX + FIRST_NUMBER) return false; // there is no number so large
    u32 number = position < FIRST_NUMBER ? 0 : static_cast<u32>(position - FIRST_NUMBER);
    if (!at.names->next(directory, number, item)) return false;
    position = FIRST_NUMBER + number;
    item.ino = ino_at(directory, static_cast<u32>(position));
    return true;
}

void proc_evict(Inode& inode) {
    if (inode.pid) drop_pid(inode.pid);
}

Text proc_name(const Inode& inode, DirectoryItem& buffer) {
    const ProcEntry& entry = *inode.proc;
    if (entry.name) return entry.name;
    const i32 number = proc_task(inode) ? number_in(inode) : 0;
    if (number == 0) return {};
    name_item(buffer, number);
    return buffer.name;
}

/// linux-2.6.33 proc_fd_access_allowed, then the entry's own way.
Errno place_of(const Inode& link, Path& place) {
    const Task* task = proc_task(link);
    if (!task) return Errno::ENOENT;
    if (!may_look_into(*task)) return Errno::EACCES;
    return link.proc->place(*task, link, place);
}

/// A link without a place says the name of one beside it: /proc/self.
Errno proc_follow(const Inode& link, HeldPath& at) {
    if (link.proc->place) {
        Path place;
        const Errno e = place_of(link, place);
        if (e == Errno::OK) at.take(place);
        return e;
    }
    char name[NAME_MAX];
    const i32 n = link.i_op->readlink(link, name, sizeof name);
    const Result<Inode*> found =
        n < 0 ? Result<Inode*>(Errno::ENOENT) : proc_lookup(*at->inode, {name, static_cast<u32>(n)});
    if (found.ok()) at.step(found.value());
    return found.error();
}

/// linux-2.6.33 proc_pid_readlink; a file that has lost its name ends with " (deleted)" there, and is ENOENT
/// here.
i32 proc_readlink(const Inode& link, char* to, u32 size) {
    ProcText text(to, size, 0);
    if (!link.proc->place) {
        const Task* task = proc_task(link);
        if (task && !may_look_into(*task)) return negative(Errno::EACCES);
        const Errno e = show_proc(text, link);
        return e == Errno::OK ? static_cast<i32>(text.size()) : negative(e);
    }
    Path place;
    if (const Errno e = place_of(link, place); e != Errno::OK) return negative(e);
    PathText path;
    const Errno e = path.has_memory() ? write_path(current()->fs->root, place, path) : Errno::ENOMEM;
    if (e == Errno::OK) text.put(path.text());
    put_path(place);
    return e == Errno::OK ? static_cast<i32>(text.size()) : negative(e);
}

/// A file that is opened with O_TRUNC for writing stays what it is.
Errno proc_truncate(Inode&, u32) { return Errno::OK; }

constinit const InodeOps link_inodes = {.lookup = nullptr,
                                        .create = nullptr,
                                        .truncate = nullptr,
                                        .evict = proc_evict,
                                        .follow = proc_follow,
                                        .readlink = proc_readlink,
                                        .name = proc_name};

/// linux-2.6.33 proc_root_getattr: /proc is linked by each process, of whatever namespace.
u32 proc_links(const Inode& inode) {
    if (inode.proc != &proc_root) return inode.nlink;
    u32 links = inode.nlink + task_counts.process_counts;
    for (const ProcEntry* e = proc_root.table; e->name; e++) links += (e->mode & S_IFMT) == S_IFDIR;
    return links;
}

} // namespace

constinit const InodeOps proc_inodes = {.lookup = proc_lookup,
                                        .create = nullptr,
                                        .truncate = proc_truncate,
                                        .evict = proc_evict,
                                        .entry_at = proc_entry_at,
                                        .name = proc_name,
                                        .links = proc_links};

Errno show_proc(ProcText& to, const Inode& inode) {
    const ProcEntry& entry = *inode.proc;
    if (entry.show) return entry.show(to, inode);
    const Task* task = proc_task(inode);
    return task ? entry.show_task(to, *task, inode) : Errno::ESRCH;
}

Result<Inode*> make_proc_number(Inode& directory, const ProcEntry& entry, Pid* pid, u32 number) {
    return make_proc_inode(directory, entry, pid, FIRST_NUMBER + number);
}

Result<Inode*> make_proc_inode(Inode& directory, const ProcEntry& entry, Pid* pid, u32 position) {
    auto* inode = create<Inode>();
    if (!inode) return Errno::ENOMEM;
    inode->sb = directory.sb;
    inode->mode = entry.mode;
    inode->ino = ino_at(directory, position);
    inode->i_op = is_symlink(*inode) && !entry.target ? &link_inodes : &proc_inodes;
    inode->proc = &entry;
    inode->nlink = is_directory(*inode) ? 2 : 1;
    inode->ops = is_directory(*inode) ? &directory_ops : is_regular(*inode) ? &proc_file_ops : nullptr;
    if (entry.target) inode->data = entry.target; // st_size is 0 all the same
    inode->parent = &directory;
    get_inode(&directory);
    if (!pid) return inode;
    inode->pid = pid;
    hold_pid(pid);
    if (const Task* task = pid_task(*pid)) {
        inode->uid = task->cred->euid;
        inode->gid = task->cred->egid;
    }
    return inode;
}

i32 number_of_name(Text name) {
    if (name.size == 0 || name.size > LONGEST_NUMBER || name.data[0] == '0') return 0;
    i32 number = 0;
    for (std::size_t i = 0; i < name.size; i++) {
        if (name.data[i] < '0' || name.data[i] > '9') return 0;
        number = number * 10 + (name.data[i] - '0');
    }
    return number;
}

void name_item(DirectoryItem& item, i32 number) {
    item.name = {item.storage, format(item.storage, sizeof item.storage, "{}", number)};
}

bool may_look_into(const Task& task) {
    if (&task == current()) return true;
    const Cred &me = *current()->cred, &him = *task.cred;
    const bool same = me.uid == him.euid && me.uid == him.suid && me.uid == him.uid && me.gid == him.egid &&
                      me.gid == him.sgid && me.gid == him.gid;
    return same || capable(CAP_SYS_PTRACE);
}

} // namespace forkproof
