// The types of file systems that mount knows.
#pragma once
#include "kernel/files/inode.hpp"

namespace forkproof {

extern const FileSystemType tmpfs; // tmpfs.cpp

} // namespace forkproof
