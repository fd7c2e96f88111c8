#include "kernel/files/path_text.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/namespaces/mount_tree.hpp"
#include "kernel/syscalls/file_arguments.hpp"
#include "kernel/syscalls/file_calls.hpp"

namespace forkproof {

namespace {

/// Walks a path of ring 3's from the working directory.
Errno walk_user_path(UserAddr address, bool follow, Walk& walk) {
    const UserPath path(address);
    if (path.error() != Errno::OK) return path.error();
    const Fs& fs = *current()->fs;
    return walk_path(fs, fs.pwd, path.text(), follow, walk);
}

/// A directory that the current task may enter.
Errno walk_to_directory(UserAddr address, Walk& walk) {
    if (const Errno e = walk_user_path(address, true, walk); e != Errno::OK) return e;
    if (!is_directory(*walk.at->inode)) return Errno::ENOTDIR;
    return permission(*walk.at->inode, MAY_EXEC);
}

/// The place that the walk holds is stored instead of what was there.
void move_to(Path& place, Walk& walk) {
    const Path before = place;
    place = walk.at.give();
    put_path(before);
}

/// linux/dirent.h struct linux_dirent64, without the name.
struct [[gnu::packed]] DirectoryEntry {
    u64 d_ino;
    i64 d_off;
    u16 d_reclen;
    u8 d_type;
};
static_assert(sizeof(DirectoryEntry) == 19);
constexpr u32 ENTRY_ALIGNMENT = 8;

/// Writes one entry; its size, or -EINVAL if there is no room, or -EFAULT.
i32 put_entry(UserAddr to, u32 room, const DirectoryItem& item, i64 next) {
    const Text name = item.name;
    const u32 size = (static_cast<u32>(sizeof(DirectoryEntry) + name.size + 1) + ENTRY_ALIGNMENT - 1) &
                     ~(ENTRY_ALIGNMENT - 1);
    if (size > room) return negative(Errno::EINVAL);
    const DirectoryEntry entry = {.d_ino = item.ino,
                                  .d_off = next,
                                  .d_reclen = static_cast<u16>(size),
                                  .d_type = static_cast<u8>((item.mode & S_IFMT) >> 12)}; // DT_*
    const UserAddr name_at = to + static_cast<u32>(sizeof entry);
    Errno e = put_user(entry, to);
    if (e == Errno::OK) e = copy_to_user(name_at, name.data, static_cast<u32>(name.size));
    if (e == Errno::OK) e = put_user('\0', name_at + static_cast<u32>(name.size));
    return e == Errno::OK ? static_cast<i32>(size) : negative(e);
}

/// What stands at a directory's position, or the first behind it: 0 is ".", 1 is "..", then the entries as
/// they were made. False: there are no more.
bool entry_at(Inode& directory, i64& position, DirectoryItem& item) {
    const auto tell = [&](const Inode& inode, Text name) {
        item.name = name;
        item.ino = inode.ino;
        item.mode = inode.mode;
        return true;
    };
    if (position == 0) return tell(directory, ".");
    if (position == 1) return tell(directory.parent ? *directory.parent : directory, "..");
    if (directory.i_op->entry_at) return directory.i_op->entry_at(directory, position, item);
    for (const DirEntry& entry : directory.entries) {
        if (entry.position < position) continue;
        position = entry.position;
        return tell(*entry.inode, entry.name);
    }
    return false;
}

} // namespace

i32 sys_access(PtRegs& regs) {
    const u32 may = regs.cx;
    if (may & ~(MAY_EXEC | MAY_WRITE | MAY_READ)) return negative(Errno::EINVAL);
    // Asked for the real ids, with the capabilities that exec would leave them (linux-2.6.33 sys_faccessat).
    const Cred& c = *current()->cred;
    const Accessor real = {c.uid, c.gid, c.uid == 0 ? c.cap_permitted : 0, &c};
    Walk walk;
    if (const Errno e = walk_user_path(regs.bx, true, walk); e != Errno::OK) return negative(e);
    if (may == 0) return 0;
    if (const Errno e = permission(*walk.at->inode, may, real); e != Errno::OK) return negative(e);
    const bool device = !is_directory(*walk.at->inode) && !is_regular(*walk.at->inode);
    return (may & MAY_WRITE) && !device && !may_write_to(*walk.at) ? negative(Errno::EROFS) : 0;
}

i32 sys_readlink(PtRegs& regs) {
    if (static_cast<i32>(regs.dx) <= 0) return negative(Errno::EINVAL);
    Walk walk;
    if (const Errno e = walk_user_path(regs.bx, false, walk); e != Errno::OK) return negative(e);
    if (!is_symlink(*walk.at->inode)) return negative(Errno::EINVAL);
    const Inode& link = *walk.at->inode;
    Text target = link.data;
    PathText text;
    if (link.i_op->readlink) {
        if (!text.has_memory()) return negative(Errno::ENOMEM);
        const i32 n = link.i_op->readlink(link, text.buffer(), PATH_MAX);
        if (n < 0) return n;
        target = {text.buffer(), static_cast<u32>(n)};
    }
    const auto size = static_cast<u32>(target.until(regs.dx).size);
    const Errno e = copy_to_user(regs.cx, target.data, size);
    return e == Errno::OK ? static_cast<i32>(size) : negative(e);
}

i32 sys_getdents64(PtRegs& regs) {
    const UserAddr buffer = regs.cx;
    const u32 room = regs.dx;
    if (!user_range(buffer, room)) return negative(Errno::EFAULT);
    File* file = current_file(regs.bx);
    if (!file) return negative(Errno::EBADF);
    if (!file->inode || !is_directory(*file->inode)) return negative(Errno::ENOTDIR);
    u32 done = 0;
    DirectoryItem item;
    i64 position = file->pos;
    while (entry_at(*file->inode, position, item)) {
        const i32 n = put_entry(buffer + done, room - done, item, position + 1);
        if (n < 0 && done == 0) return n;
        if (n < 0) break;
        done += static_cast<u32>(n);
        file->pos = ++position;
    }
    return static_cast<i32>(done);
}

i32 sys_getcwd(PtRegs& regs) {
    const Fs& fs = *current()->fs;
    PathText path;
    if (!path.has_memory() || !path.prepend(Text("", 1))) return negative(Errno::ENOMEM);
    if (const Errno e = write_path(fs.root, fs.pwd, path); e != Errno::OK) return negative(e);
    const auto size = static_cast<u32>(path.text().size);
    if (regs.cx < size) return negative(Errno::ERANGE);
    const Errno e = copy_to_user(regs.bx, path.text().data, size);
    return e == Errno::OK ? static_cast<i32>(size) : negative(e);
}

i32 sys_chdir(PtRegs& regs) {
    Walk walk;
    if (const Errno e = walk_to_directory(regs.bx, walk); e != Errno::OK) return negative(e);
    move_to(current()->fs->pwd, walk);
    return 0;
}

i32 sys_chroot(PtRegs& regs) {
    Walk walk;
    if (const Errno e = walk_to_directory(regs.bx, walk); e != Errno::OK) return negative(e);
    if (!capable(CAP_SYS_CHROOT)) return negative(Errno::EPERM);
    move_to(current()->fs->root, walk);
    return 0;
}

i32 sys_umask(PtRegs& regs) {
    Fs& fs = *current()->fs;
    const u32 before = fs.umask;
    fs.umask = regs.bx & 0777;
    return static_cast<i32>(before);
}

} // namespace forkproof
