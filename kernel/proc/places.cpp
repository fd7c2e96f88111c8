// Where a task stands and what it has open: links of /proc/PID that lead there.
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/files/file.hpp"
#include "kernel/files/initrd.hpp"
#include "kernel/files/path_text.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/net/socket.hpp"
#include "kernel/proc/tgid.hpp"

namespace forkproof {

namespace {

Errno give(const Path& from, Path& place) {
    get_path(from);
    place = from;
    return Errno::OK;
}

/// The file of the initrd that has this byte; null: none. (All programs come from there.)
Inode* file_with(const char* byte) {
    for (const DirEntry& entry : initrd_super_block->entries) {
        const Text data = entry.inode->data;
        if (byte >= data.data && byte < data.data + data.size) return entry.inode;
    }
    return nullptr;
}

const Vma* text_of(Mm& mm) {
    for (const Vma& v : mm.vmas)
        if (v.file.size != 0 && mm.start_code >= v.start && mm.start_code < v.end) return &v;
    return nullptr;
}

const File* file_of(const Task& t, u32 fd) { return t.files ? fd_file(*t.files, fd) : nullptr; }

/// A file that the kernel opened has no mount of its own: it lies in the root's.
Errno fd_place(const Task& t, const Inode& link, Path& place) {
    const File* file = file_of(t, link.fd);
    if (!file || !file->inode) return Errno::ENOENT;
    return give({file->mnt ? file->mnt : t.nsproxy->mnt_ns->root, file->inode}, place);
}

/// A pipe's end, or a socket: it lies nowhere.
Errno show_pipe(ProcText& to, const Task& t, const Inode& link) {
    const File* file = file_of(t, link.fd);
    if (!file || (!file->pipe && !file->socket)) return Errno::ENOENT;
    if (file->pipe)
        to.print("pipe:[{}]", file->pipe->ino);
    else
        to.print("socket:[{}]", file->socket->ino);
    return Errno::OK;
}

constexpr ProcEntry file_link = {.name = nullptr, .mode = S_IFLNK, .place = fd_place};
constexpr ProcEntry pipe_link = {.name = nullptr, .mode = S_IFLNK, .show_task = show_pipe};

bool next_fd(const Inode& directory, u32& number, DirectoryItem& item) {
    const Task& t = *proc_task(directory);
    if (!t.files) return false;
    while (number < t.files->max_fds && !t.files->fd[number]) number++;
    if (number >= t.files->max_fds) return false;
    name_item(item, static_cast<i32>(number));
    item.mode = S_IFLNK;
    return true;
}

/// The mode says what the file may be used for (linux-2.6.33 proc_fd_instantiate).
Result<Inode*> lookup_fd(Inode& directory, Text name) {
    const u32 fd = name == "0" ? 0 : static_cast<u32>(number_of_name(name));
    const File* file = fd == 0 && !(name == "0") ? nullptr : file_of(*proc_task(directory), fd);
    if (!file) return Errno::ENOENT;
    const Result<Inode*> made =
        make_proc_number(directory, file->pipe || file->socket ? pipe_link : file_link, directory.pid, fd);
    if (!made.ok()) return made;
    Inode& link = *made.value();
    link.fd = fd;
    if (readable(*file)) link.mode |= 0500;
    if (writable(*file)) link.mode |= 0300;
    return made;
}

} // namespace

constinit const ProcNames proc_fds = {.next = next_fd, .lookup = lookup_fd};

Errno proc_cwd(const Task& t, const Inode&, Path& place) {
    return t.fs ? give(t.fs->pwd, place) : Errno::ENOENT;
}

Errno proc_root_place(const Task& t, const Inode&, Path& place) {
    return t.fs ? give(t.fs->root, place) : Errno::ENOENT;
}

/// linux-2.6.33 mm_struct::exe_file is found again here: it is what the text is filled from.
Errno proc_exe(const Task& t, const Inode&, Path& place) {
    const Vma* text = t.mm && t.nsproxy ? text_of(*t.mm) : nullptr;
    Inode* file = text ? file_with(text->file.data) : nullptr;
    return file ? give({t.nsproxy->mnt_ns->root, file}, place) : Errno::ENOENT;
}

Errno proc_cgroup(ProcText& to, const Task& t, const Inode&) {
    const PathText page;
    if (!page.has_memory()) return Errno::ENOMEM;
    const Result<Text> line = cgroup_line(t, page.buffer(), PAGE_SIZE);
    if (line.ok()) to.put(line.value());
    return line.error();
}

/// linux-2.6.33 show_vfsmnt, below the task's root. The device is the type's name: no other is kept.
Errno proc_mounts(ProcText& to, const Task& t, const Inode&) {
    if (!t.nsproxy || !t.fs) return Errno::EINVAL;
    for (const Mount& mount : t.nsproxy->mnt_ns->mounts) {
        PathText path;
        if (const Errno e = write_path(t.fs->root, {const_cast<Mount*>(&mount), mount.root}, path);
            e != Errno::OK)
            return path.has_memory() ? e : Errno::ENOMEM;
        const bool read_only = (mount.flags & 1U) != 0 || mount.sb->read_only;
        to.print("{} {} {} {} 0 0\n", mount.sb->type->name, path.text(), mount.sb->type->name,
                 read_only ? "ro" : "rw");
    }
    return Errno::OK;
}

} // namespace forkproof
