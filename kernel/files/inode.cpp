#include "kernel/files/inode.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

namespace {

constexpr u32 BUCKETS = 1024;
DirEntry* hash_table[BUCKETS]; // all names of all file systems

FORKPROOF_BOUNDARY DirEntry*& name_bucket(const Inode& directory, Text name) {
    // FNV-1a, 32 bits.
    u32 hash = 2166136261U ^ directory.ino ^ directory.sb->device << 16;
    for (std::size_t i = 0; i < name.size; i++) hash = (hash ^ static_cast<u8>(name.data[i])) * 16777619U;
    return hash_table[(hash ^ hash >> 16) % BUCKETS];
}

void unhash(DirEntry& entry) {
    DirEntry** at = &name_bucket(*entry.directory, entry.name);
    while (*at != &entry) at = &(*at)->hash_next;
    *at = entry.hash_next;
}

u32 last_device;

} // namespace

void free_inode(Inode* i) {
    for (;;) {
        FORKPROOF_ASSERT(i->entries.empty());
        Inode* parent = i->parent;
        if (i->i_op && i->i_op->evict) i->i_op->evict(*i);
        destroy(i);
        if (!parent || --parent->count != 0) return;
        i = parent;
    }
}

SuperBlock* create_super_block(const FileSystemType& type) {
    auto* sb = create<SuperBlock>();
    if (!sb) return nullptr;
    sb->type = &type;
    sb->device = ++last_device;
    return sb;
}

void put_super_block(SuperBlock* sb) {
    if (--sb->count != 0) return;
    // A directory goes after what is in it: one that is not empty yet waits for another round.
    while (DirEntry* entry = sb->entries.front()) {
        if (entry->inode->entries.empty()) {
            remove_entry(entry);
        } else {
            entry->in_super_block.unlink();
            sb->entries.push_back(*entry);
        }
    }
    if (sb->root) put_inode(sb->root);
    if (sb->type->kill_sb) sb->type->kill_sb(*sb);
    destroy(sb);
}

Inode* create_inode(SuperBlock& sb, u32 mode) {
    auto* inode = create<Inode>();
    if (!inode) return nullptr;
    inode->sb = &sb;
    inode->mode = mode;
    inode->ino = ++sb.last_ino;
    return inode;
}

Result<Inode*> lookup_inode(Inode& directory, Text name) { return directory.i_op->lookup(directory, name); }

Result<Inode*> make_inode(Inode& directory, Text name, u32 mode, Text target) {
    if (!directory.i_op->create) return Errno::EPERM;
    return directory.i_op->create(directory, name, mode, target);
}

Errno truncate_inode(Inode& inode, u32 size) {
    return inode.i_op->truncate ? inode.i_op->truncate(inode, size) : Errno::EPERM;
}

DirEntry* add_entry(Inode& directory, Text name, Inode& inode, bool permanent) {
    auto* entry = create<DirEntry>();
    if (!entry) return nullptr;
    entry->name = name;
    if (!permanent) {
        FORKPROOF_ASSERT(name.size <= NAME_MAX);
        memcpy(entry->storage, name.data, name.size);
        entry->name.data = entry->storage;
    }
    entry->directory = &directory;
    entry->inode = &inode;
    get_inode(&inode);
    entry->position = directory.next_position++;
    directory.entries.push_back(*entry);
    directory.sb->entries.push_back(*entry);
    DirEntry*& first = name_bucket(directory, entry->name);
    entry->hash_next = first;
    first = entry;
    if (is_directory(inode)) {
        get_inode(&directory);
        inode.parent = &directory;
        inode.entry = entry;
    }
    return entry;
}

void remove_entry(DirEntry* entry) {
    unhash(*entry);
    entry->sibling.unlink();
    entry->in_super_block.unlink();
    Inode* inode = entry->inode;
    if (inode->entry == entry) inode->entry = nullptr;
    destroy(entry);
    put_inode(inode);
}

Result<Inode*> lookup_entry(Inode& directory, Text name) {
    const DirEntry* entry = find_entry(directory, name);
    if (!entry) return Errno::ENOENT;
    get_inode(entry->inode);
    return entry->inode;
}

DirEntry* find_entry(const Inode& directory, Text name) {
    for (DirEntry* e = name_bucket(directory, name); e; e = e->hash_next)
        if (e->directory == &directory && e->name == name) return e;
    return nullptr;
}

} // namespace forkproof
