// tmpfs: a file system in memory. Names are directory entries; a file's bytes lie in frames that come when
// they are first written to, and go with the inode.
#include "kernel/files/tmpfs.hpp"
#include "kernel/files/operations.hpp"
#include "kernel/files/path.hpp"
#include "kernel/mm/uaccess.hpp"

namespace forkproof {

namespace {

constexpr u32 MAX_FILE_PAGES = PAGE_SIZE / sizeof(Pfn); ///< one frame names all frames of a file: 4 MB
constexpr u32 MAX_FILE_SIZE = MAX_FILE_PAGES * PAGE_SIZE;

/// A frame of zeros, which the file system's limit allows; Pfn::none: ENOSPC or ENOMEM in `error`.
Pfn take_frame(Inode& inode, Errno& error) {
    SuperBlock& sb = *inode.sb;
    error = Errno::ENOSPC;
    if (sb.frames >= sb.most_frames) return Pfn::none;
    error = Errno::ENOMEM;
    const Pfn frame = alloc_frame(FrameUse::other);
    if (frame == Pfn::none) return Pfn::none;
    error = Errno::OK;
    clear_page(page_of(frame));
    sb.frames++;
    return frame;
}

void give_frame(Inode& inode, Pfn& frame) {
    if (frame == Pfn::none) return;
    put_frame(frame);
    frame = Pfn::none;
    inode.sb->frames--;
}

/// The frame numbers of a file; null: ENOSPC or ENOMEM in `error`.
Pfn* index_of(Inode& inode, Errno& error) {
    if (inode.pages) return inode.pages;
    const Pfn frame = take_frame(inode, error);
    if (frame != Pfn::none) inode.pages = static_cast<Pfn*>(page_of(frame));
    return inode.pages;
}

void give_pages_from(Inode& inode, u32 first) {
    for (u32 i = first; inode.pages && i < MAX_FILE_PAGES; i++) give_frame(inode, inode.pages[i]);
}

void tmpfs_evict(Inode& inode) {
    give_pages_from(inode, 0);
    const void* page = inode.pages;
    if (is_symlink(inode)) page = inode.data.data;
    if (!page) return;
    Pfn frame = pfn(to_physical(page));
    give_frame(inode, frame);
}

Errno tmpfs_truncate(Inode& inode, u32 size) {
    if (size > MAX_FILE_SIZE) return Errno::EFBIG;
    give_pages_from(inode, page_up(size) / PAGE_SIZE);
    const u32 used = size % PAGE_SIZE; // what lies behind the end reads as zeros if the file grows again
    if (used != 0 && inode.pages && inode.pages[size / PAGE_SIZE] != Pfn::none)
        memset(static_cast<char*>(page_of(inode.pages[size / PAGE_SIZE])) + used, 0, PAGE_SIZE - used);
    inode.size = size;
    return Errno::OK;
}

constexpr char zeros[256] = {};

/// Copies to ring 3 what a file holds at `pos`, at most up to the end of a page; zeros where nobody has
/// written.
i32 read_piece(const Inode& inode, u32 pos, UserAddr to, u32 size) {
    const u32 offset = pos % PAGE_SIZE;
    if (size > PAGE_SIZE - offset) size = PAGE_SIZE - offset;
    const Pfn frame = inode.pages ? inode.pages[pos / PAGE_SIZE] : Pfn::none;
    if (frame == Pfn::none && size > sizeof zeros) size = sizeof zeros;
    const char* from = frame == Pfn::none ? zeros : static_cast<const char*>(page_of(frame)) + offset;
    const Errno e = copy_to_user(to, from, size);
    return e == Errno::OK ? static_cast<i32>(size) : negative(e);
}

i32 tmpfs_read(File& file, UserAddr to, u32 size, bool) {
    const Inode& inode = *file.inode;
    if (file.pos >= inode.size) return 0;
    auto pos = static_cast<u32>(file.pos);
    if (size > inode.size - pos) size = inode.size - pos;
    u32 done = 0;
    while (done < size) {
        const i32 n = read_piece(inode, pos + done, to + done, user_chunk(to + done, size - done));
        if (n < 0 && done == 0) return n;
        if (n < 0) break;
        done += static_cast<u32>(n);
    }
    file.pos += done;
    return static_cast<i32>(done);
}

/// Copies into a file, at most up to the end of a page, whose frame comes if need be, and goes again if ring
/// 3's memory cannot be read.
i32 write_piece(Inode& inode, u32 pos, UserAddr from, u32 size) {
    const u32 offset = pos % PAGE_SIZE;
    if (size > PAGE_SIZE - offset) size = PAGE_SIZE - offset;
    Errno error = Errno::OK;
    Pfn* const pages = index_of(inode, error);
    if (!pages) return negative(error);
    Pfn& frame = pages[pos / PAGE_SIZE];
    const bool fresh = frame == Pfn::none;
    if (fresh) frame = take_frame(inode, error);
    if (frame == Pfn::none) return negative(error);
    error = copy_from_user(static_cast<char*>(page_of(frame)) + offset, from, size);
    if (error == Errno::OK) return static_cast<i32>(size);
    if (fresh) give_frame(inode, frame);
    return negative(error);
}

i32 tmpfs_write(File& file, UserAddr from, u32 size, bool) {
    Inode& inode = *file.inode;
    if (file.f_flags & O_APPEND) file.pos = inode.size;
    if (size == 0) return 0;
    if (file.pos >= MAX_FILE_SIZE) return negative(Errno::EFBIG);
    const auto pos = static_cast<u32>(file.pos);
    if (size > MAX_FILE_SIZE - pos) size = MAX_FILE_SIZE - pos;
    u32 done = 0;
    i32 error = 0;
    while (done < size) {
        error = write_piece(inode, pos + done, from + done, user_chunk(from + done, size - done));
        if (error < 0) break;
        done += static_cast<u32>(error);
    }
    if (done == 0) return error;
    file.pos += done;
    if (pos + done > inode.size) inode.size = pos + done;
    return static_cast<i32>(done);
}

/// A link's target, kept in a frame.
Errno set_target(Inode& inode, Text target) {
    Errno error = Errno::OK;
    const Pfn frame = take_frame(inode, error);
    if (frame == Pfn::none) return error;
    memcpy(page_of(frame), target.data, target.size);
    inode.data = {static_cast<char*>(page_of(frame)), target.size};
    inode.size = static_cast<u32>(target.size);
    return Errno::OK;
}

extern const InodeOps tmpfs_inodes;

Inode* new_inode(SuperBlock& sb, u32 mode) {
    Inode* inode = create_inode(sb, mode);
    if (!inode) return nullptr;
    const Accessor owner = current_accessor();
    inode->i_op = &tmpfs_inodes;
    inode->ops = is_directory(*inode) ? &directory_ops : is_regular(*inode) ? &tmpfs_file_ops : nullptr;
    inode->nlink = is_directory(*inode) ? 2 : 1;
    inode->uid = owner.uid;
    inode->gid = owner.gid;
    return inode;
}

Result<Inode*> tmpfs_create(Inode& directory, Text name, u32 mode, Text target) {
    Inode* inode = new_inode(*directory.sb, mode);
    if (!inode) return Errno::ENOMEM;
    if (directory.mode & S_ISGID) { // linux-2.6.33 shmem_get_inode: the group of the directory
        inode->gid = directory.gid;
        if (is_directory(*inode)) inode->mode |= S_ISGID;
    }
    Errno error = is_symlink(*inode) ? set_target(*inode, target) : Errno::OK;
    if (error == Errno::OK && !add_entry(directory, name, *inode)) error = Errno::ENOMEM;
    if (error == Errno::OK) {
        if (is_directory(*inode)) directory.nlink++;
        return inode;
    }
    put_inode(inode);
    return error;
}

constinit const InodeOps tmpfs_inodes = {
    .lookup = lookup_entry, .create = tmpfs_create, .truncate = tmpfs_truncate, .evict = tmpfs_evict};

/// Half of memory may be files (linux-2.6.33 shmem_default_max_blocks). The root belongs to whoever mounts,
/// and everybody may make files there.
Result<SuperBlock*> tmpfs_mount(Text) {
    SuperBlock* sb = create_super_block(tmpfs);
    if (!sb) return Errno::ENOMEM;
    sb->most_frames = frame_totals().total / 2;
    sb->no_exec = true; // a program's file is mapped where it lies, in one piece: these have none
    sb->root = new_inode(*sb, S_IFDIR | S_ISVTX | 0777);
    if (sb->root) return sb;
    put_super_block(sb);
    return Errno::ENOMEM;
}

} // namespace

constinit const FileOps tmpfs_file_ops = {.name = "file",
                                          .read = tmpfs_read,
                                          .write = tmpfs_write,
                                          .lseek = regular_lseek,
                                          .ioctl = nullptr,
                                          .release = nullptr};
constinit const FileSystemType tmpfs = {.name = "tmpfs", .mount = tmpfs_mount};

} // namespace forkproof
