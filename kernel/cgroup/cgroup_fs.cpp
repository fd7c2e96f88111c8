// The file system "cgroup": a directory a group, in it the file `tasks` and the groups below. It has no files
// but these, and groups are neither renamed nor linked.
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/cgroup/mount_options.hpp"
#include "kernel/files/operations.hpp"
#include "kernel/files/path.hpp"

namespace forkproof {

namespace {

constexpr Text TASKS = "tasks";
constexpr u32 INODES_OF_A_GROUP = 2; ///< the directory, and `tasks`

Inode* new_cgroup_inode(SuperBlock& sb, u32 mode) {
    Inode* inode = create_inode(sb, mode);
    if (!inode) return nullptr;
    const Accessor owner = current_accessor();
    inode->i_op = &cgroup_inodes;
    inode->ops = is_directory(*inode) ? &directory_ops : &cgroup_tasks_ops;
    inode->nlink = is_directory(*inode) ? 2 : 1;
    inode->uid = owner.uid;
    inode->gid = owner.gid;
    return inode;
}

/// Puts `tasks` into a directory, which it holds as a subdirectory does. False: ENOMEM.
bool add_tasks_file(Inode& group) {
    Inode* file = new_cgroup_inode(*group.sb, S_IFREG | 0644);
    if (!file) return false;
    const bool added = add_entry(group, TASKS, *file, true);
    if (added) {
        get_inode(&group);
        file->parent = &group;
    }
    put_inode(file);
    return added;
}

void remove_tasks_file(Inode& group) {
    if (DirEntry* entry = group.entries.front()) remove_entry(entry);
}

Result<Inode*> cgroup_create(Inode& directory, Text name, u32 mode, Text) {
    if ((mode & S_IFMT) == S_IFREG) return Errno::EACCES; // linux-2.6.33 vfs_create
    if ((mode & S_IFMT) != S_IFDIR) return Errno::EPERM;
    if (cgroup_root.ns_bound && !capable(CAP_SYS_ADMIN)) return Errno::EPERM; // linux-2.6.33 ns_create
    return create_cgroup(directory, name, mode);
}

/// Shells open `tasks` with O_TRUNC.
Errno cgroup_truncate(Inode&, u32) { return Errno::OK; }

/// Only `tasks` may be left in it, and no task.
Errno cgroup_rmdir(DirEntry& entry) {
    Inode& group = *entry.inode;
    if (!is_directory(group)) return Errno::EPERM;
    if (group.nlink != 2 || cgroup_has_tasks(group)) return Errno::EBUSY;
    remove_cgroup(entry);
    return Errno::OK;
}

Result<SuperBlock*> make_hierarchy(const CgroupOptions& options) {
    SuperBlock* sb = create_super_block(cgroup_file_system);
    if (!sb) return Errno::ENOMEM;
    sb->no_exec = true;
    sb->root = new_cgroup_inode(*sb, S_IFDIR | 0755);
    if (!sb->root || !add_tasks_file(*sb->root)) {
        put_super_block(sb);
        return Errno::ENOMEM;
    }
    cgroup_root.sb = sb;
    cgroup_root.ns_bound = options.ns;
    cgroup_root.name_length = static_cast<u32>(options.name.size);
    memcpy(cgroup_root.name, options.name.data, options.name.size);
    return sb;
}

/// linux-2.6.33 cgroup_get_sb, where a second hierarchy is not refused unless it wants the same subsystem.
Result<SuperBlock*> cgroup_mount(Text data) {
    const Result<CgroupOptions> parsed = parse_cgroup_options(data);
    if (!parsed.ok()) return parsed.error();
    const CgroupOptions options = parsed.value();
    if (!cgroup_root.sb) return make_hierarchy(options);
    const Text name(cgroup_root.name, cgroup_root.name_length);
    if (options.name.size != 0 && !(options.name == name)) return Errno::EBUSY;
    if (options.ns != cgroup_root.ns_bound) return Errno::EBUSY;
    get_super_block(cgroup_root.sb);
    return cgroup_root.sb;
}

/// Every task is in the top group by now.
void cgroup_kill(SuperBlock& sb) {
    if (cgroup_root.sb == &sb) cgroup_root = CgroupRoot{};
}

} // namespace

constinit const InodeOps cgroup_inodes = {.lookup = lookup_entry,
                                          .create = cgroup_create,
                                          .truncate = cgroup_truncate,
                                          .evict = nullptr,
                                          .remove = cgroup_rmdir};
constinit const FileSystemType cgroup_file_system = {
    .name = "cgroup", .mount = cgroup_mount, .kill_sb = cgroup_kill};

Result<Inode*> create_cgroup(Inode& parent, Text name, u32 mode) {
    SuperBlock& sb = *parent.sb;
    const u32 last_ino = sb.last_ino;
    Inode* group = new_cgroup_inode(sb, mode);
    if (group && add_tasks_file(*group)) {
        if (add_entry(parent, name, *group)) {
            parent.nlink++;
            get_super_block(&sb); // so the hierarchy stays while there are groups in it
            return group;
        }
        remove_tasks_file(*group);
    }
    if (group) put_inode(group);
    sb.last_ino = last_ino;
    return Errno::ENOMEM;
}

void remove_cgroup(DirEntry& entry) {
    Inode& group = *entry.inode;
    SuperBlock* sb = group.sb;
    remove_tasks_file(group);
    group.nlink = 0;
    entry.directory->nlink--;
    remove_entry(&entry);
    put_super_block(sb);
}

void undo_create_cgroup(DirEntry& entry) {
    entry.directory->next_position--;
    entry.directory->sb->last_ino -= INODES_OF_A_GROUP;
    remove_cgroup(entry);
}

} // namespace forkproof
