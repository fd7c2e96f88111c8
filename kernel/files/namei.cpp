#include "kernel/files/namei.hpp"
#include "kernel/namespaces/mount_tree.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

bool removed(const Inode& directory) { return directory.nlink == 0; }

/// Whether the current task may make a name in this directory (linux-2.6.33 may_create).
Errno may_create(const Inode& directory) {
    if (removed(directory)) return Errno::ENOENT;
    return permission(directory, MAY_WRITE | MAY_EXEC);
}

/// In a sticky directory only the owners of file and directory take names away (linux-2.6.33 check_sticky).
bool sticky_forbids(const Inode& directory, const Inode& inode) {
    if (!(directory.mode & S_ISVTX)) return false;
    const Accessor who = current_accessor();
    return who.uid != inode.uid && who.uid != directory.uid && !capable(CAP_FOWNER);
}

/// Whether the current task may take this name away (linux-2.6.33 may_delete).
Errno may_delete(const DirEntry& entry, bool as_directory) {
    const Inode& directory = *entry.directory;
    if (const Errno e = permission(directory, MAY_WRITE | MAY_EXEC); e != Errno::OK) return e;
    if (sticky_forbids(directory, *entry.inode)) return Errno::EPERM;
    if (as_directory && !is_directory(*entry.inode)) return Errno::ENOTDIR;
    if (!as_directory && is_directory(*entry.inode)) return Errno::EISDIR;
    return removed(directory) ? Errno::ENOENT : Errno::OK;
}

/// A name goes, and with it a link to its inode.
void drop_entry(DirEntry* entry) {
    Inode& inode = *entry->inode;
    if (is_directory(inode)) {
        inode.nlink = 0;
        entry->directory->nlink--;
    } else {
        inode.nlink--;
    }
    remove_entry(entry);
}

/// The entry that a walk's last part names. ENOENT; EACCES if the directory cannot be entered; EPERM if what
/// is there is no entry, as in proc: nobody takes it away.
Errno find_last(const ParentWalk& walk, DirEntry*& entry) {
    entry = nullptr;
    if (const Errno e = permission(*walk.at->inode, MAY_EXEC); e != Errno::OK) return e;
    if (walk.last.size > NAME_MAX) return Errno::ENAMETOOLONG;
    Inode& directory = *walk.at->inode;
    entry = find_entry(directory, walk.last);
    if (entry) return Errno::OK;
    if (!directory.i_op->entry_at) return Errno::ENOENT;
    const Result<Inode*> made = lookup_inode(directory, walk.last);
    if (!made.ok()) return made.error();
    put_inode(made.value());
    return Errno::EPERM;
}

/// That a walk's last part is free for a new name (linux-2.6.33 lookup_create).
Errno last_is_free(const ParentWalk& walk, bool for_directory) {
    if (walk.type != LastPart::name) return Errno::EEXIST;
    DirEntry* there;
    const Errno e = find_last(walk, there);
    if (e == Errno::OK || e == Errno::EPERM) return Errno::EEXIST;
    if (e != Errno::ENOENT) return e;
    return walk.slash && !for_directory ? Errno::ENOENT : Errno::OK;
}

/// Whether a directory lies in another, or is it.
bool lies_in(const Inode* inner, const Inode& outer) {
    while (inner && inner != &outer) inner = inner->parent;
    return inner != nullptr;
}

Errno may_rename(const DirEntry& from, const ParentWalk& to, const DirEntry* replaced) {
    const bool directory = is_directory(*from.inode);
    if (const Errno e = may_delete(from, directory); e != Errno::OK) return e;
    const Errno e = replaced ? may_delete(*replaced, directory) : may_create(*to.at->inode);
    if (e != Errno::OK) return e;
    // Its ".." is written to if it goes elsewhere.
    if (directory && from.directory != to.at->inode)
        if (const Errno w = permission(*from.inode, MAY_WRITE); w != Errno::OK) return w;
    if (from.inode->mounted || (replaced && replaced->inode->mounted)) return Errno::EBUSY;
    if (replaced && !replaced->inode->entries.empty()) return Errno::ENOTEMPTY;
    return Errno::OK;
}

/// The old name goes; what stood under the new one, too.
Errno move_entry(DirEntry* from, Inode& to, Text name, DirEntry* replaced) {
    Inode& inode = *from->inode;
    Inode* const old_parent = inode.parent;
    if (!add_entry(to, name, inode)) return Errno::ENOMEM;
    if (is_directory(inode)) {
        from->directory->nlink--;
        to.nlink++;
        put_inode(old_parent); // not the last: the walk holds it
    }
    if (replaced) drop_entry(replaced);
    remove_entry(from);
    return Errno::OK;
}

} // namespace

Errno walk_parent(const Fs& fs, const Path& start, Text path, ParentWalk& walk) {
    if (path.size == 0) return Errno::ENOENT;
    std::size_t end = path.size;
    while (end > 0 && path.data[end - 1] == '/') end--;
    std::size_t begin = end;
    while (begin > 0 && path.data[begin - 1] != '/') begin--;
    walk.last = path.until(end).from(begin);
    walk.slash = end != path.size;
    walk.type = walk.last.size == 0 ? LastPart::root
                : walk.last == "."  ? LastPart::dot
                : walk.last == ".." ? LastPart::dotdot
                                    : LastPart::name;
    Walk there;
    const Text directory = begin == 0 && end != 0 ? Text(".") : end == 0 ? path : path.until(begin);
    if (const Errno e = walk_path(fs, start, directory, true, there); e != Errno::OK) return e;
    if (!is_directory(*there.at->inode)) return Errno::ENOTDIR;
    walk.at.take(there.at.give());
    return Errno::OK;
}

Result<Inode*> create_file(const Path& directory, Text name, u32 mode) {
    Inode& in = *directory.inode;
    if (!may_write_to(directory)) return Errno::EROFS;
    if (const Errno e = may_create(in); e != Errno::OK) return e;
    if (!in.i_op->create) return Errno::EACCES; // linux-2.6.33 vfs_create
    return make_inode(in, name, mode & ~current()->fs->umask);
}

namespace {

/// A new name of any type where a walk ended. `mode` is the whole one.
Errno make_node(const ParentWalk& walk, u32 mode, Text target) {
    Inode& directory = *walk.at->inode;
    if (const Errno e = last_is_free(walk, (mode & S_IFMT) == S_IFDIR); e != Errno::OK) return e;
    if (!may_write_to(*walk.at)) return Errno::EROFS;
    if (const Errno e = may_create(directory); e != Errno::OK) return e;
    const Result<Inode*> made = make_inode(directory, walk.last, mode, target);
    if (!made.ok()) return made.error();
    put_inode(made.value());
    return Errno::OK;
}

} // namespace

Errno make_directory(const Fs& fs, const Path& start, Text path, u32 mode) {
    ParentWalk walk;
    if (const Errno e = walk_parent(fs, start, path, walk); e != Errno::OK) return e;
    return make_node(walk, S_IFDIR | (mode & (0777 | S_ISVTX) & ~fs.umask), {});
}

Errno make_symlink(const Fs& fs, const Path& start, Text target, Text path) {
    if (target.size == 0) return Errno::ENOENT;
    ParentWalk walk;
    if (const Errno e = walk_parent(fs, start, path, walk); e != Errno::OK) return e;
    return make_node(walk, S_IFLNK | 0777, target);
}

Errno remove_directory(const Fs& fs, const Path& start, Text path) {
    ParentWalk walk;
    if (const Errno e = walk_parent(fs, start, path, walk); e != Errno::OK) return e;
    if (walk.type == LastPart::dotdot) return Errno::ENOTEMPTY;
    if (walk.type == LastPart::dot) return Errno::EINVAL;
    if (walk.type == LastPart::root) return Errno::EBUSY;
    DirEntry* entry;
    if (const Errno e = find_last(walk, entry); e != Errno::OK) return e;
    if (!may_write_to(*walk.at)) return Errno::EROFS;
    if (const Errno e = may_delete(*entry, true); e != Errno::OK) return e;
    if (entry->inode->mounted) return Errno::EBUSY;
    if (const auto remove = entry->directory->i_op->remove) return remove(*entry);
    if (!entry->inode->entries.empty()) return Errno::ENOTEMPTY;
    drop_entry(entry);
    return Errno::OK;
}

Errno unlink_file(const Fs& fs, const Path& start, Text path) {
    ParentWalk walk;
    if (const Errno e = walk_parent(fs, start, path, walk); e != Errno::OK) return e;
    if (walk.type != LastPart::name) return Errno::EISDIR;
    DirEntry* entry;
    if (const Errno e = find_last(walk, entry); e != Errno::OK) return e;
    if (walk.slash) return is_directory(*entry->inode) ? Errno::EISDIR : Errno::ENOTDIR;
    if (!may_write_to(*walk.at)) return Errno::EROFS;
    if (const Errno e = may_delete(*entry, false); e != Errno::OK) return e;
    if (entry->inode->mounted) return Errno::EBUSY;
    if (const auto remove = entry->directory->i_op->remove) return remove(*entry);
    drop_entry(entry);
    return Errno::OK;
}

Errno link_file(const Fs& fs, const Path& old_start, Text old_path, const Path& start, Text path) {
    Walk old;
    if (const Errno e = walk_path(fs, old_start, old_path, false, old); e != Errno::OK) return e;
    ParentWalk walk;
    if (const Errno e = walk_parent(fs, start, path, walk); e != Errno::OK) return e;
    if (old.at->mnt != walk.at->mnt) return Errno::EXDEV;
    if (const Errno e = last_is_free(walk, false); e != Errno::OK) return e;
    if (!may_write_to(*walk.at)) return Errno::EROFS;
    if (const Errno e = may_create(*walk.at->inode); e != Errno::OK) return e;
    Inode& inode = *old.at->inode;
    const InodeOps& there = *walk.at->inode->i_op;
    if (is_directory(inode) || there.remove || !there.create) return Errno::EPERM;
    if (!add_entry(*walk.at->inode, walk.last, inode)) return Errno::ENOMEM;
    inode.nlink++;
    return Errno::OK;
}

Errno rename_file(const Fs& fs, const Path& old_start, Text old_path, const Path& start, Text path) {
    ParentWalk from, to;
    if (const Errno e = walk_parent(fs, old_start, old_path, from); e != Errno::OK) return e;
    if (const Errno e = walk_parent(fs, start, path, to); e != Errno::OK) return e;
    if (from.at->mnt != to.at->mnt) return Errno::EXDEV;
    if (from.type != LastPart::name || to.type != LastPart::name) return Errno::EBUSY;
    DirEntry *entry, *replaced;
    if (const Errno e = find_last(from, entry); e != Errno::OK) return e;
    if (!is_directory(*entry->inode) && (from.slash || to.slash)) return Errno::ENOTDIR;
    if (is_directory(*entry->inode) && lies_in(to.at->inode, *entry->inode)) return Errno::EINVAL;
    if (const Errno e = find_last(to, replaced); e != Errno::OK && e != Errno::ENOENT) return e;
    if (replaced && is_directory(*replaced->inode) && lies_in(from.at->inode, *replaced->inode))
        return Errno::ENOTEMPTY;
    if (!may_write_to(*from.at)) return Errno::EROFS;
    if (replaced && replaced->inode == entry->inode) return Errno::OK; // two names of one file: both stay
    if (from.at->inode->i_op->remove) return Errno::EPERM;
    if (const Errno e = may_rename(*entry, to, replaced); e != Errno::OK) return e;
    return move_entry(entry, *to.at->inode, to.last, replaced);
}

} // namespace forkproof
