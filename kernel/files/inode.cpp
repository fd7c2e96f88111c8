#include "kernel/files/inode.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

namespace {

constexpr u32 BUCKETS = 1024;
DirEntry* hash_table[BUCKETS]; // all names of all file systems

DirEntry*& bucket(const Inode& directory, Text name) {
    // FNV-1a, 32 bits.
    u32 hash = 2166136261U ^ directory.ino ^ directory.sb->device << 16;
    for (std::size_t i = 0; i < name.size; i++) hash = (hash ^ static_cast<u8>(name.data[i])) * 16777619U;
    return hash_table[(hash ^ hash >> 16) % BUCKETS];
}

void unhash(DirEntry& entry) {
    DirEntry** at = &bucket(*entry.directory, entry.name);
    while (*at != &entry) at = &(*at)->hash_next;
    *at = entry.hash_next;
}

u32 last_device;

} // namespace

void free_inode(Inode* i) {
    for (;;) {
        FORKPROOF_ASSERT(i->entries.empty());
        Inode* parent = i->parent;
        destroy(i);
        if (!parent || --parent->count != 0) return;
        i = parent;
    }
}

SuperBlock* create_super_block() {
    auto* sb = create<SuperBlock>();
    if (!sb) return nullptr;
    sb->device = ++last_device;
    return sb;
}

void put_super_block(SuperBlock* sb) {
    if (--sb->count != 0) return;
    while (DirEntry* entry = sb->entries.front()) remove_entry(entry);
    if (sb->root) put_inode(sb->root);
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
    DirEntry*& first = bucket(directory, entry->name);
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

DirEntry* find_entry(const Inode& directory, Text name) {
    for (DirEntry* e = bucket(directory, name); e; e = e->hash_next)
        if (e->directory == &directory && e->name == name) return e;
    return nullptr;
}

} // namespace forkproof
