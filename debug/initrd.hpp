#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "boot/image.hpp"

namespace forkproof::runner {

/// A file to be put at the root of the initrd.
struct InitrdFile {
    std::string name; ///< no slash in it
    image::Bytes contents;
    std::filesystem::perms mode;
};

/// A cpio archive (newc) of these files, owned by root, made by stock cpio in `workplace`. The same bytes
/// give the same archive. Appended to another archive it adds to it; what has a name that is there replaces
/// it. Throws image::Error.
image::Bytes archive_files(const std::vector<InitrdFile>& files, const std::filesystem::path& workplace);

} // namespace forkproof::runner
