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
i32 put_entry(UserAddr to, u32 room, const Inode& inode, Text name, i64 next) {
    const u32 size = (static_cast<u32>(sizeof(DirectoryEntry) + name.size + 1) + ENTRY_ALIGNMENT - 1) &
                     ~(ENTRY_ALIGNMENT - 1);
    if (size > room) return negative(Errno::EINVAL);
    const DirectoryEntry entry = {.d_ino = inode.ino,
                                  .d_off = next,
                                  .d_reclen = static_cast<u16>(size),
                                  .d_type = static_cast<u8>((inode.mode & S_IFMT) >> 12)}; // DT_*
    const UserAddr name_at = to + static_cast<u32>(sizeof entry);
    Errno e = put_user(entry, to);
    if (e == Errno::OK) e = copy_to_user(name_at, name.data, static_cast<u32>(name.size));
    if (e == Errno::OK) e = put_user('\0', name_at + static_cast<u32>(name.size));
    return e == Errno::OK ? static_cast<i32>(size) : negative(e);
}

/// The entry at a directory's position, or the first behind it: 0 is ".", 1 is "..", then the entries as they
/// were made. Null: there are no more.
const Inode* entry_at(Inode& directory, i64& position, Text& name) {
    name = position == 0 ? "." : "..";
    if (position == 0) return &directory;
    if (position == 1) return directory.parent ? directory.parent : &directory;
    for (const DirEntry& entry : directory.entries) {
        if (entry.position < position) continue;
        position = entry.position;
        name = entry.name;
        return entry.inode;
    }
    return nullptr;
}

/// A path that is built from its end, in a frame.
class BackwardPath {
  public:
    BackwardPath() : frame_(alloc_frame(FrameUse::other)) {}
    ~BackwardPath() {
        if (frame_ != Pfn::none) put_frame(frame_);
    }
    BackwardPath(const BackwardPath&) = delete;
    BackwardPath& operator=(const BackwardPath&) = delete;
    [[nodiscard]] bool has_memory() const { return frame_ != Pfn::none; }
    /// False: there is no room.
    [[nodiscard]] bool prepend(Text part) {
        if (part.size > begin_) return false;
        begin_ -= static_cast<u32>(part.size);
        memcpy(static_cast<char*>(page_of(frame_)) + begin_, part.data, part.size);
        return true;
    }
    [[nodiscard]] Text text() const {
        return {static_cast<char*>(page_of(frame_)) + begin_, PAGE_SIZE - begin_};
    }

  private:
    Pfn frame_;
    u32 begin_ = PAGE_SIZE;
};

/// Goes up from a directory to the root, or to the top if that does not lie on the way (linux-2.6.33
/// __d_path). ENOENT if the directory has been removed, ERANGE if the path is too long.
Errno write_path(const Path& root, Path at, BackwardPath& path) {
    bool fits = path.prepend(Text("", 1)), at_top = true;
    while (fits && (at.mnt != root.mnt || at.inode != root.inode)) {
        if (at.inode == at.mnt->root) {
            if (!at.mnt->parent) break;
            at = {at.mnt->parent, at.mnt->mountpoint};
            continue;
        }
        if (!at.inode->entry) return Errno::ENOENT;
        fits = path.prepend(at.inode->entry->name) && path.prepend("/");
        at_top = false;
        at.inode = at.inode->parent;
    }
    if (fits && at_top) fits = path.prepend("/");
    return fits ? Errno::OK : Errno::ERANGE;
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
    const Text target = walk.at->inode->data.until(regs.dx);
    const auto size = static_cast<u32>(target.size);
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
    Text name;
    i64 position = file->pos;
    while (const Inode* inode = entry_at(*file->inode, position, name)) {
        const i32 n = put_entry(buffer + done, room - done, *inode, name, position + 1);
        if (n < 0 && done == 0) return n;
        if (n < 0) break;
        done += static_cast<u32>(n);
        file->pos = ++position;
    }
    return static_cast<i32>(done);
}

i32 sys_getcwd(PtRegs& regs) {
    const Fs& fs = *current()->fs;
    BackwardPath path;
    if (!path.has_memory()) return negative(Errno::ENOMEM);
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
