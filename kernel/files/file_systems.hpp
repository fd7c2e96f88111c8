// The kinds of file systems that mount knows by name; what a folder above implements is only declared here.
#pragma once
#include "kernel/files/tmpfs.hpp"

namespace forkproof {

extern const FileSystemType proc;               // kernel/proc/super.cpp
extern const FileSystemType cgroup_file_system; // kernel/cgroup/cgroup_fs.cpp

inline constexpr const FileSystemType* file_system_types[] = {&proc, &tmpfs, &cgroup_file_system};

} // namespace forkproof
