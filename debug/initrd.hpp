#pragma once
#include <filesystem>
#include <string>

#include "boot/image.hpp"

namespace forkproof::runner {

/// A cpio archive (newc) that holds one file, /program with mode 755, made by stock cpio in `workplace`. The
/// same bytes give the same archive. It can be appended to another archive. Throws image::Error.
image::Bytes archive_program(const image::Bytes& program, const std::filesystem::path& workplace);

} // namespace forkproof::runner
