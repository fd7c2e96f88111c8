#pragma once
#include <string>

#include "boot/image.hpp"
#include "tests/boot/boot.hpp"

namespace forkproof::boots {

/// The build's own disk image, build/forkproof.img.
const image::Bytes& good_image();

image::Header header_of(const image::Bytes& disk);

/// Writes a changed header with a check sum that is right: what it says is wrong, not how it arrived.
void put_header(image::Bytes& disk, image::Header header);

Boot boot_image(const image::Bytes& disk);

/// Boots it, and expects this line of the boot sector or the loader, and nothing else.
void expect_boot_failure(const image::Bytes& disk, const std::string& line);

} // namespace forkproof::boots
