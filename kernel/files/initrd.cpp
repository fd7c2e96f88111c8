#include "kernel/files/initrd.hpp"
#include "kernel/files/cpio.hpp"
#include "kernel/files/operations.hpp"
#include "kernel/lib/panic.hpp"

namespace forkproof {

SuperBlock* initrd_super_block;

namespace {

constexpr InodeOps initrd_inodes = {
    .lookup = lookup_entry, .create = nullptr, .truncate = nullptr, .evict = nullptr};
constexpr FileSystemType rootfs = {.name = "rootfs", .mount = nullptr};

Inode* root() { return initrd_super_block->root; }

template <class T>
T* or_panic(T* object) {
    if (!object) panic("memory is out while the initrd is read");
    return object;
}

Inode* new_inode(u32 mode) {
    Inode* inode = or_panic(create_inode(*initrd_super_block, mode));
    inode->i_op = &initrd_inodes;
    return inode;
}

/// A directory is linked by its own "." and by the ".." of each directory in it.
void become_directory(DirEntry& at) {
    Inode& inode = *at.inode;
    inode.nlink = 2;
    inode.parent = at.directory;
    inode.entry = &at;
    get_inode(at.directory);
    at.directory->nlink++;
}

/// A later member of the archive says that it is none.
void no_longer_directory(DirEntry& at) {
    at.inode->parent = nullptr;
    at.inode->entry = nullptr;
    put_inode(at.directory);
    at.directory->nlink--;
}

void set_mode(DirEntry& at, u32 mode) {
    Inode& inode = *at.inode;
    const bool was_directory = is_directory(inode);
    inode.mode = mode;
    if (is_directory(inode) && !was_directory) become_directory(at);
    if (!is_directory(inode) && was_directory) no_longer_directory(at);
    inode.ops = is_directory(inode) ? &directory_ops : is_regular(inode) ? &regular_ops : nullptr;
}

/// The node at a path that is not the root's; directories on the way are made where the archive has not said
/// what they are.
DirEntry& node_at(Text path) {
    Inode* at = root();
    DirEntry* entry = nullptr;
    for (std::size_t begin = 0; begin < path.size;) {
        const Text rest = path.from(begin);
        const Text part = rest.until(rest.find('/'));
        const std::size_t end = begin + part.size;
        if (!is_directory(*at))
            panic("the initrd is corrupt: {} is in {}, which is not a directory", path,
                  path.until(begin - 1));
        entry = find_entry(*at, part);
        if (!entry) {
            Inode* inode = new_inode(0);
            entry = or_panic(add_entry(*at, part, *inode, true));
            put_inode(inode); // held by its entry
            if (end < path.size) set_mode(*entry, S_IFDIR | 0755);
        }
        at = entry->inode;
        begin = end + 1;
    }
    return *entry;
}

constexpr u32 device(u32 major, u32 minor) { return major << 8 | minor; }

struct Device {
    const char* path;
    u32 mode;
    u32 rdev; // linux Documentation/devices.txt
    const FileOps* ops;
};
constexpr Device devices[] = {{"dev/console", 0600, device(5, 1), &console_ops},
                              {"dev/tty", 0666, device(5, 0), &console_ops},
                              {"dev/null", 0666, device(1, 3), &null_ops},
                              {"dev/zero", 0666, device(1, 5), &zero_ops}};

void set_attributes(Inode& inode, const CpioEntry& entry) {
    inode.uid = entry.uid;
    inode.gid = entry.gid;
    inode.mtime = entry.mtime;
    inode.data = entry.data;
    inode.size = static_cast<u32>(entry.data.size);
    inode.rdev = device(entry.rdev_major, entry.rdev_minor);
}

void add_member(const CpioEntry& member) {
    const bool directory = (member.mode & S_IFMT) == S_IFDIR;
    if (member.name.size == 0) {
        if (!directory) panic("the initrd is corrupt: {} is a directory first, then none", member.name);
        root()->mode = member.mode;
        return set_attributes(*root(), member);
    }
    DirEntry& at = node_at(member.name);
    Inode& inode = *at.inode;
    if (!inode.entries.empty() && !directory)
        panic("the initrd is corrupt: {} is a directory first, then none", member.name);
    set_mode(at, member.mode);
    if (!directory) inode.nlink = member.nlink;
    set_attributes(inode, member);
    if ((member.mode & S_IFMT) == S_IFCHR)
        for (const Device& d : devices)
            if (d.rdev == inode.rdev) inode.ops = d.ops;
}

/// Calls f(entry) for each member of the archive.
template <class F>
void for_each_entry(Text archive, F f) {
    CpioReader reader(archive);
    CpioEntry entry;
    while (reader.next(entry)) f(entry);
    if (const CpioError& e = reader.error(); e.what.size != 0)
        panic("the initrd is corrupt: {} (at byte {}, entry '{}')", e.what, static_cast<u32>(e.offset),
              e.entry);
}

/// Hard links: of the members with one inode number only the last has the contents.
void give_links_their_contents(Text archive) {
    for_each_entry(archive, [&](const CpioEntry& link) {
        if (link.nlink < 2 || link.data.size != 0 || (link.mode & S_IFMT) != S_IFREG) return;
        Inode* inode = node_at(link.name).inode;
        for_each_entry(archive, [&](const CpioEntry& e) {
            if (e.data.size == 0 || e.archive != link.archive || e.ino != link.ino ||
                e.dev_major != link.dev_major || e.dev_minor != link.dev_minor)
                return;
            if (inode->data.size == 0 && is_regular(*inode)) {
                inode->data = e.data;
                inode->size = static_cast<u32>(e.data.size);
                inode->ino = node_at(e.name).inode->ino;
            }
        });
    });
}

void add_missing_devices() {
    for (const Device& d : devices) {
        DirEntry& at = node_at(d.path);
        if (at.inode->mode != 0) continue;
        set_mode(at, S_IFCHR | d.mode);
        at.inode->rdev = d.rdev;
        at.inode->ops = d.ops;
    }
}

/// Where the first programs mount what can be written to, and what tells of them.
void add_missing_directories() {
    constexpr const char* paths[] = {"mnt", "proc", "tmp"};
    for (const char* path : paths) {
        DirEntry& at = node_at(path);
        if (at.inode->mode == 0) set_mode(at, S_IFDIR | 0755);
    }
}

} // namespace

void initrd_init(Text archive) {
    initrd_super_block = or_panic(create_super_block(rootfs));
    initrd_super_block->read_only = true;
    Inode* top = initrd_super_block->root = new_inode(S_IFDIR | 0755);
    top->ops = &directory_ops;
    top->nlink = 2;

    bool hard_links = false;
    for_each_entry(archive, [&](const CpioEntry& entry) {
        add_member(entry);
        hard_links |= entry.nlink > 1 && (entry.mode & S_IFMT) == S_IFREG;
    });
    if (hard_links) give_links_their_contents(archive);
    add_missing_devices();
    add_missing_directories();
}

Inode* initrd_inode(Text path) {
    Inode* at = root();
    while (path.size != 0) {
        const Text part = path.until(path.find('/'));
        path = path.from(part.size + 1);
        if (part.size == 0) continue;
        const DirEntry* entry = find_entry(*at, part);
        if (!entry) return nullptr;
        at = entry->inode;
    }
    return at;
}

Text initrd_file(Text path) {
    const Inode* at = initrd_inode(path);
    return at && is_regular(*at) ? at->data : Text();
}

} // namespace forkproof
