// The tree of files that the kernel boots with: a file system over the cpio archive, whose bytes stay where
// the loader put them. Read-only.
#pragma once
#include "kernel/files/file.hpp"
#include "kernel/files/inode.hpp"

namespace forkproof {

/// The initrd's file system, which the kernel itself holds for ever.
extern SuperBlock* initrd_super_block;

/// Reads the archive; says on the console and panics if it is corrupt (names the entry and the offset).
void initrd_init(Text archive);
/// The inode at a path from the root of the initrd, not counted, for the kernel itself; null if there is
/// none.
[[nodiscard]] Inode* initrd_inode(Text path);
/// The whole contents of a file by its path from the root, for the kernel itself; empty if there is none.
[[nodiscard]] Text initrd_file(Text path);

} // namespace forkproof
