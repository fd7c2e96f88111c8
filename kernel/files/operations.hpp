// The tables of what each kind of file can do.
#pragma once
#include "kernel/files/file.hpp"

namespace forkproof {

extern const FileOps regular_ops, directory_ops; // regular.cpp
extern const FileOps console_ops;                // console.cpp
extern const FileOps null_ops, zero_ops;         // devices.cpp
extern const FileOps pipe_ops;                   // pipe.cpp
extern const FileOps tmpfs_file_ops;             // tmpfs.cpp

/// Of a file whose size its inode knows: linux-2.6.33 generic_file_llseek.
i32 regular_lseek(File& file, i64 offset, int whence, i64& result);

/// As much of a run of ring 3's memory as lies in its first page: copying that is done wholly or not at all,
/// so that a call knows how far it came before a fault.
constexpr u32 user_chunk(UserAddr address, u32 size) {
    const u32 in_page = PAGE_SIZE - address % PAGE_SIZE;
    return size < in_page ? size : in_page;
}

} // namespace forkproof
