// Names, inodes and mounts on the host: who holds whom, and that nothing is left.
#include <gtest/gtest.h>
#include <string>

// The host's macros, of which the kernel makes constants.
#undef NAME_MAX
#undef S_IFMT
#undef S_IFREG
#undef S_IFDIR
#undef S_IFCHR
#undef S_IFIFO
#undef S_IFSOCK
#undef S_IFLNK
#undef S_IFBLK
#undef S_ISUID
#undef S_IXGRP
#undef S_ISGID
#undef S_ISVTX

#include "kernel/mm/cache.hpp"
#include "kernel/namespaces/mount_tree.hpp"
#include "tests/unit/host_machine.hpp"

namespace forkproof::tests {
namespace {

constexpr InodeOps no_operations = {
    .lookup = lookup_entry, .create = nullptr, .truncate = nullptr, .evict = nullptr};
constexpr FileSystemType some_type = {.name = "some", .mount = nullptr};

class Inodes : public testing::Test {
  protected:
    void SetUp() override {
        start_machine();
        sb_ = create_super_block(some_type);
        sb_->root = made(S_IFDIR | 0755);
    }
    void TearDown() override {
        put_super_block(sb_);
        for (const Kind kind : {Kind::inode, Kind::dirent, Kind::super_block, Kind::mount, Kind::mnt_ns})
            EXPECT_EQ(live_objects(kind), 0U) << kind_names[static_cast<int>(kind)];
    }

    Inode* made(u32 mode) {
        Inode* inode = create_inode(*sb_, mode);
        inode->i_op = &no_operations;
        return inode;
    }
    /// A new inode that its name alone holds.
    DirEntry* add(Inode& directory, const char* name, u32 mode) {
        Inode* inode = made(mode);
        DirEntry* entry = add_entry(directory, name, *inode);
        put_inode(inode);
        return entry;
    }
    Inode& root() { return *sb_->root; }

    SuperBlock* sb_ = nullptr;
};

TEST_F(Inodes, AreFoundByTheirNamesInTheirDirectoryAlone) {
    DirEntry* d = add(root(), "d", S_IFDIR | 0755);
    DirEntry* f = add(root(), "f", S_IFREG | 0644);
    EXPECT_EQ(find_entry(root(), "d"), d);
    EXPECT_EQ(find_entry(root(), "f"), f);
    EXPECT_EQ(find_entry(*d->inode, "f"), nullptr);
    EXPECT_EQ(find_entry(root(), "ff"), nullptr);
    EXPECT_EQ(lookup_entry(root(), "g").error(), Errno::ENOENT);
    const Result<Inode*> found = lookup_entry(root(), "f");
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(f->inode->count, 2U);
    put_inode(found.value());
    EXPECT_LT(d->position, f->position);
}

TEST_F(Inodes, KeepTheirNameWhereTheCallersTextChanges) {
    std::string name = "before";
    DirEntry* entry = add_entry(root(), {name.data(), name.size()}, *made(S_IFREG));
    put_inode(entry->inode);
    name = "after!";
    EXPECT_EQ(find_entry(root(), "before"), entry);
}

TEST_F(Inodes, LiveAsLongAsANameOrSomebodyHoldsThem) {
    DirEntry* a = add(root(), "a", S_IFREG);
    Inode* file = a->inode;
    DirEntry* b = add_entry(root(), "b", *file);
    EXPECT_EQ(file->count, 2U);
    remove_entry(a);
    EXPECT_TRUE(is_live(file));
    get_inode(file); // as an open file does
    remove_entry(b);
    EXPECT_TRUE(is_live(file));
    put_inode(file);
    EXPECT_FALSE(is_live(file));
}

// A working directory that has been removed still has its parents, for "..".
TEST_F(Inodes, HoldTheDirectoriesThatTheyLieIn) {
    DirEntry* outer = add(root(), "outer", S_IFDIR);
    Inode* parent = outer->inode;
    DirEntry* inner = add(*parent, "inner", S_IFDIR);
    Inode* cwd = inner->inode;
    get_inode(cwd);
    remove_entry(inner);
    remove_entry(outer);
    EXPECT_TRUE(is_live(parent));
    EXPECT_EQ(cwd->parent, parent);
    EXPECT_EQ(cwd->entry, nullptr);
    put_inode(cwd);
    EXPECT_FALSE(is_live(cwd));
    EXPECT_FALSE(is_live(parent));
}

// Directories may stand before or behind what is in them.
TEST_F(Inodes, GoWithTheirFileSystemInWhateverOrderTheirNamesStand) {
    DirEntry* a = add(root(), "a", S_IFDIR);
    DirEntry* b = add(*a->inode, "b", S_IFDIR);
    add(*b->inode, "f", S_IFREG);
    add(*b->inode, "g", S_IFREG);
    add(root(), "z", S_IFREG);
    Inode* moved = b->inode; // b goes from a to the root
    Inode* old_parent = moved->parent;
    DirEntry* again = add_entry(root(), "b", *moved);
    remove_entry(b);
    put_inode(old_parent);
    EXPECT_EQ(moved->entry, again);
    EXPECT_EQ(moved->parent, &root());
}

class MountTrees : public Inodes {
  protected:
    void SetUp() override {
        Inodes::SetUp();
        d_ = add(root(), "d", S_IFDIR)->inode;
        e_ = add(*d_, "e", S_IFDIR)->inode;
        ns_ = create_mnt_ns(&root(), 1);
        upper_ = create_mount(d_, MS_RDONLY);
        attach_mount(*upper_, {ns_->root, d_});
        third_ = create_mount(&root(), 0);
        attach_mount(*third_, {upper_, e_});
    }
    void TearDown() override {
        put_mnt_ns(ns_);
        EXPECT_EQ(root().count, 2U); // its file system, and the directory in it
        EXPECT_EQ(d_->mounted + e_->mounted, 0U);
        EXPECT_EQ(sb_->count, 1U);
        Inodes::TearDown();
    }

    MntNs* ns_ = nullptr;
    Mount *upper_ = nullptr, *third_ = nullptr;
    Inode *d_ = nullptr, *e_ = nullptr;
};

TEST_F(MountTrees, AreCrossedDownwards) {
    EXPECT_EQ(mount_on({ns_->root, d_}), upper_);
    EXPECT_EQ(mount_on({upper_, e_}), third_);
    EXPECT_EQ(mount_on({ns_->root, e_}), nullptr) << "hidden below the upper mount";
    HeldPath place(Path{ns_->root, d_});
    cross_down(place);
    EXPECT_EQ(place->mnt, upper_);
    EXPECT_EQ(place->inode, d_);
    EXPECT_EQ(upper_->count, 3U) << "the namespace, what is mounted on it, and the place";
    EXPECT_FALSE(may_write_to(*place));
}

TEST_F(MountTrees, AreCopiedWholeAndInTheirOrder) {
    MntNs* copy = copy_mnt_ns(*ns_, 2);
    ASSERT_NE(copy, nullptr);
    EXPECT_EQ(copy->id, 2U);
    Mount* root_copy = copy->mounts.front();
    Mount* upper_copy = copy->mounts.next(*root_copy);
    Mount* third_copy = copy->mounts.next(*upper_copy);
    EXPECT_EQ(copy->root, root_copy);
    EXPECT_EQ(copy->mounts.next(*third_copy), nullptr);
    EXPECT_EQ(upper_copy->parent, root_copy);
    EXPECT_EQ(third_copy->parent, upper_copy);
    EXPECT_EQ(third_copy->mountpoint, e_);
    EXPECT_EQ(upper_copy->flags, MS_RDONLY);
    EXPECT_EQ(d_->mounted, 2U);
    EXPECT_EQ(mount_on({root_copy, d_}), upper_copy);
    EXPECT_EQ(mount_on({ns_->root, d_}), upper_);

    // What is done in one is not seen in the other.
    detach_mount(*third_copy);
    EXPECT_EQ(mount_on({upper_copy, e_}), nullptr);
    EXPECT_EQ(mount_on({upper_, e_}), third_);
    put_mnt_ns(copy);
    EXPECT_EQ(d_->mounted, 1U);
}

TEST_F(MountTrees, TakeRootAndCwdAlongIntoTheCopy) {
    Fs fs;
    fs.root = {ns_->root, &root()};
    fs.pwd = {third_, d_};
    get_path(fs.root);
    get_path(fs.pwd);
    MntNs* copy = copy_mnt_ns(*ns_, 2);
    move_paths(fs, *ns_, *copy);
    EXPECT_EQ(fs.root.mnt, copy->root);
    EXPECT_EQ(fs.pwd.mnt, copy->mounts.back());
    EXPECT_EQ(fs.pwd.inode, d_);
    EXPECT_EQ(third_->count, 1U);
    put_mnt_ns(copy); // whoever stands in it keeps what he stands in
    EXPECT_EQ(fs.pwd.mnt->mnt_ns, nullptr);
    put_path(fs.root);
    put_path(fs.pwd);
}

TEST_F(MountTrees, KnowWhatLiesBelow) {
    EXPECT_TRUE(mounted_below(third_, *upper_));
    EXPECT_TRUE(mounted_below(third_, *ns_->root));
    EXPECT_TRUE(mounted_below(upper_, *upper_));
    EXPECT_FALSE(mounted_below(upper_, *third_));
}

} // namespace
} // namespace forkproof::tests
