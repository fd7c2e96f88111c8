#include "tests/boot/disk.hpp"

#include <cstring>

#include <fmt/format.h>

#include "tests/boot/expect.hpp"

namespace forkproof::boots {

using image::Bytes;
using image::Header;
using image::sector_bytes;

const Bytes& good_image() {
    static const Bytes bytes = image::read_file((build_folder() / "forkproof.img").string());
    return bytes;
}

Header header_of(const Bytes& disk) {
    Header header;
    std::memcpy(&header, &disk[image::header_lba * sector_bytes], sizeof header);
    return header;
}

// Writes a changed header with a check sum that is right: what it says is wrong, not how it arrived.
void put_header(Bytes& disk, Header header) {
    const auto* raw = reinterpret_cast<const std::uint8_t*>(&header);
    header.crc32 = image::crc32({raw, offsetof(Header, crc32)});
    std::memcpy(&disk[image::header_lba * sector_bytes], &header, sizeof header);
}

Boot boot_image(const Bytes& disk) {
    static int number = 0;
    const std::string file = own_folder() / fmt::format("image-{}", number++);
    image::write_file(file, disk);
    const Boot run = boot({.image = file});
    std::filesystem::remove(file);
    return run;
}

void expect_boot_failure(const Bytes& disk, const std::string& line) {
    const Boot run = boot_image(disk);
    Expect(run)
        .ends(Ending::boot_failure)
        .complains("failed: boot failure: boot: " + line)
        .that(run.serial == "boot: " + line + "\r\n", "the serial line says the same")
        .that(run.transcript.empty(), "the kernel said nothing");
}

} // namespace forkproof::boots
