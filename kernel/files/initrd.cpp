#include "kernel/files/initrd.hpp"
#include "kernel/files/cpio.hpp"
#include "kernel/files/operations.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/frame.hpp"
#include <new>

namespace forkproof {

namespace {

// Inodes stand in frames, and one frame lists those; another is the hash table. All are taken at boot.
constexpr u32 INODES_PER_FRAME = PAGE_SIZE / sizeof(Inode);
constexpr u32 FRAME_SLOTS = PAGE_SIZE / sizeof(u32);
constexpr u32 MAX_INODES = INODES_PER_FRAME * FRAME_SLOTS;

Inode** inode_frames;
Inode** hash_table;
u32 inode_count;

void* boot_frame() {
    const Pfn frame = alloc_frame(FrameUse::other);
    if (frame == Pfn::none) panic("memory is out while the initrd is read");
    clear_page(page_of(frame));
    return page_of(frame);
}

Inode* root() { return inode_frames[0]; }

Inode*& bucket(const Inode* directory, Text name) {
    // FNV-1a, 32 bits.
    u32 hash = 2166136261U ^ directory->ino;
    for (std::size_t i = 0; i < name.size; i++) hash = (hash ^ static_cast<u8>(name.data[i])) * 16777619U;
    return hash_table[(hash ^ hash >> 16) % FRAME_SLOTS];
}

Inode* child(const Inode* directory, Text name) {
    for (Inode* i = bucket(directory, name); i; i = i->next_in_hash)
        if (i->parent == directory && i->name == name && i != directory) return i;
    return nullptr;
}

Inode* new_inode(Text path) {
    if (inode_count == MAX_INODES)
        panic("the initrd has more than {} entries: no room for {}", MAX_INODES, path);
    if (inode_count % INODES_PER_FRAME == 0)
        inode_frames[inode_count / INODES_PER_FRAME] = static_cast<Inode*>(boot_frame());
    Inode* inode =
        new (&inode_frames[inode_count / INODES_PER_FRAME][inode_count % INODES_PER_FRAME]) Inode();
    inode_count++;
    inode->path = path;
    inode->ino = inode_count;
    return inode;
}

Inode* add_child(Inode* directory, Text name, Text path) {
    Inode* inode = new_inode(path);
    inode->name = name;
    inode->parent = directory;
    (directory->last_child ? directory->last_child->next_sibling : directory->first_child) = inode;
    directory->last_child = inode;
    Inode*& first = bucket(directory, name);
    inode->next_in_hash = first;
    first = inode;
    return inode;
}

void set_mode(Inode& inode, u32 mode) {
    // A directory is linked by its own "." and by the ".." of each directory in it.
    if ((mode & S_IFMT) == S_IFDIR && !is_directory(inode)) {
        inode.nlink = 2;
        if (inode.parent) const_cast<Inode*>(inode.parent)->nlink++;
    }
    inode.mode = mode;
    inode.ops = is_directory(inode) ? &directory_ops : is_regular(inode) ? &regular_ops : nullptr;
}

/// The node at a path; directories on the way are made where the archive has not said what they are.
Inode* node_at(Text path) {
    Inode* at = root();
    for (std::size_t begin = 0; begin < path.size;) {
        const Text rest = path.from(begin);
        const Text part = rest.until(rest.find('/'));
        const Text whole = path.until(begin + part.size);
        if (!is_directory(*at))
            panic("the initrd is corrupt: {} is in {}, which is not a directory", path, at->path);
        Inode* next = child(at, part);
        if (!next) {
            next = add_child(at, part, whole);
            if (whole.size < path.size) set_mode(*next, S_IFDIR | 0755);
        }
        at = next;
        begin += part.size + 1;
    }
    return at;
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

void add_entry(const CpioEntry& entry) {
    Inode* inode = node_at(entry.name);
    const bool directory = (entry.mode & S_IFMT) == S_IFDIR;
    if (inode->first_child && !directory)
        panic("the initrd is corrupt: {} is a directory first, then none", entry.name);
    if (inode->mode != 0 && is_directory(*inode) && !directory) const_cast<Inode*>(inode->parent)->nlink--;
    set_mode(*inode, entry.mode);
    if (!directory) inode->nlink = entry.nlink;
    inode->uid = entry.uid;
    inode->gid = entry.gid;
    inode->mtime = entry.mtime;
    inode->data = entry.data;
    inode->rdev = device(entry.rdev_major, entry.rdev_minor);
    if ((entry.mode & S_IFMT) == S_IFCHR)
        for (const Device& d : devices)
            if (d.rdev == inode->rdev) inode->ops = d.ops;
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
        Inode* inode = node_at(link.name);
        for_each_entry(archive, [&](const CpioEntry& e) {
            if (e.data.size == 0 || e.archive != link.archive || e.ino != link.ino ||
                e.dev_major != link.dev_major || e.dev_minor != link.dev_minor)
                return;
            if (inode->data.size == 0 && is_regular(*inode)) {
                inode->data = e.data;
                inode->ino = node_at(e.name)->ino;
            }
        });
    });
}

void add_missing_devices() {
    for (const Device& d : devices) {
        Inode* inode = node_at(d.path);
        if (inode->mode != 0) continue;
        set_mode(*inode, S_IFCHR | d.mode);
        inode->rdev = d.rdev;
        inode->ops = d.ops;
    }
}

} // namespace

void initrd_init(Text archive) {
    inode_frames = static_cast<Inode**>(boot_frame());
    hash_table = static_cast<Inode**>(boot_frame());
    inode_count = 0;
    Inode* top = new_inode("");
    set_mode(*top, S_IFDIR | 0755);
    top->parent = top;

    bool hard_links = false;
    for_each_entry(archive, [&](const CpioEntry& entry) {
        add_entry(entry);
        hard_links |= entry.nlink > 1 && (entry.mode & S_IFMT) == S_IFREG;
    });
    if (hard_links) give_links_their_contents(archive);
    add_missing_devices();
}

Text initrd_file(Text path) {
    const Inode* at = root();
    while (path.size != 0) {
        const Text part = path.until(path.find('/'));
        path = path.from(part.size + 1);
        at = part.size == 0 ? at : child(at, part);
        if (!at) return {};
    }
    return is_regular(*at) ? at->data : Text();
}

const Inode* initrd_root() { return root(); }
const Inode* find_child(const Inode* directory, Text name) { return child(directory, name); }

} // namespace forkproof
