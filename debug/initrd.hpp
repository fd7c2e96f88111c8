#pragma once
#include <filesystem>
#include <string>

#include "boot/image.hpp"

namespace forkproof::runner {

/// A cpio archive (newc) that holds one file, /program with mode 755 and the bits `more` (set-user-id), made
/// by stock cpio in `workplace`. The same bytes give the same archive. It can be appended to another archive.
/// Throws image::Error.
image::Bytes archive_program(const image::Bytes& program, std::filesystem::perms more,
                             const std::filesystem::path& workplace);

} // namespace forkproof::runner
