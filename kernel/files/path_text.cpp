#include "kernel/files/path_text.hpp"

namespace forkproof {

namespace {

/// The name of an inode in its directory; empty: it has none any more. A file of several names has its
/// oldest.
Text name_of(const Inode& inode, const Inode*& directory, DirectoryItem& buffer) {
    directory = inode.parent;
    if (inode.i_op && inode.i_op->name) return inode.i_op->name(inode, buffer);
    if (inode.entry) return inode.entry->name;
    if (is_directory(inode)) return {};
    for (const DirEntry& entry : inode.sb->entries)
        if (entry.inode == &inode) {
            directory = entry.directory;
            return entry.name;
        }
    return {};
}

} // namespace

Errno write_path(const Path& root, Path at, PathText& path) {
    bool fits = true, at_top = true;
    while (fits && (at.mnt != root.mnt || at.inode != root.inode)) {
        if (at.inode == at.mnt->root) {
            if (!at.mnt->parent) break;
            at = {at.mnt->parent, at.mnt->mountpoint};
            continue;
        }
        DirectoryItem buffer;
        const Inode* directory;
        const Text name = name_of(*at.inode, directory, buffer);
        if (name.size == 0) return Errno::ENOENT;
        fits = path.prepend(name) && path.prepend("/");
        at_top = false;
        at.inode = const_cast<Inode*>(directory);
    }
    if (fits && at_top) fits = path.prepend("/");
    return fits ? Errno::OK : Errno::ERANGE;
}

} // namespace forkproof
