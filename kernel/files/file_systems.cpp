// The table of what can be mounted: a further kind of file system is a row of it.
#include "kernel/files/file_systems.hpp"

namespace forkproof {

Result<const FileSystemType*> find_file_system_type(Text name) {
    for (const FileSystemType* type : file_system_types)
        if (name == type->name) return type;
    return Errno::ENODEV;
}

} // namespace forkproof
