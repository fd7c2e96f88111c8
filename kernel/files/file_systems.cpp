// The table of what can be mounted: a further kind of file system is a row here.
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/files/tmpfs.hpp"

namespace forkproof {

Result<const FileSystemType*> find_file_system_type(Text name) {
    constexpr const FileSystemType* types[] = {&tmpfs, &cgroup_file_system};
    for (const FileSystemType* type : types)
        if (name == type->name) return type;
    return Errno::ENODEV;
}

} // namespace forkproof
