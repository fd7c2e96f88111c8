// Images that are not what they should be: each ends with its own line of the boot sector or the loader.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/boot/disk.hpp"
#include "tests/boot/expect.hpp"

namespace forkproof::boots {
namespace {

using image::Bytes;
using image::Header;
using image::Part;
using image::sector_bytes;

std::string wrong_crc(const char* name, std::span<const std::uint8_t> bytes, std::uint32_t should) {
    return fmt::format("wrong CRC-32 of {}: is {:08X}, should be {:08X}", name, image::crc32(bytes), should);
}

// One bit of the part's `byte`th byte is turned over.
void flip(const char* name, const Part& part, std::uint32_t byte) {
    Bytes disk = good_image();
    const std::size_t begin = std::size_t{part.lba} * sector_bytes;
    disk[begin + byte] ^= 1;
    expect_boot_failure(disk, wrong_crc(name, std::span(disk).subspan(begin, part.bytes), part.crc32));
}

TEST(Image, AsItIsBoots) {
    const Boot run = boot_image(good_image());
    Expect(run).ends(Ending::good).last_line(verdict_pattern);
}

TEST(Image, HeaderWithAByteWrong) {
    Bytes disk = good_image();
    const std::size_t begin = image::header_lba * sector_bytes;
    disk[begin + offsetof(Header, unused)] ^= 1;
    expect_boot_failure(disk, wrong_crc("header", std::span(disk).subspan(begin, offsetof(Header, crc32)),
                                        header_of(disk).crc32));
}

TEST(Image, HeaderWithAnotherMagic) {
    Bytes disk = good_image();
    disk[image::header_lba * sector_bytes] ^= 1;
    expect_boot_failure(disk, "bad magic in LBA 1");
}

// The first byte, one in the middle, and the last: no byte is left out of the sum.
TEST(Image, PartWithAByteWrong) {
    const Header header = header_of(good_image());
    flip("loader", header.loader, 100);
    flip("loader", header.loader, header.loader.bytes - 1);
    flip("kernel", header.kernel, 0);
    flip("kernel", header.kernel, header.kernel.bytes / 2);
    flip("kernel", header.kernel, header.kernel.bytes - 1);
    flip("initrd", header.initrd, 1000);
    flip("initrd", header.initrd, header.initrd.bytes - 1);
    flip("command line", header.cmdline, 511);
}

// A disk that ends where a part has not: the BIOS says so, with AH=0C if a read runs over the end, AH=01 if
// it begins behind it. A read asks for up to 127 sectors (boot/part.inc), and fails as a whole.
TEST(Image, Truncated) {
    constexpr std::uint32_t most_sectors = 127;
    const Header header = header_of(good_image());
    for (const Part& part : {header.loader, header.kernel, header.initrd}) {
        Bytes disk = good_image();
        disk.resize(std::size_t{part.lba} * sector_bytes + part.bytes / 2 / sector_bytes * sector_bytes);
        const auto left = static_cast<std::uint32_t>(disk.size()) / sector_bytes - part.lba;
        const char* code = left % most_sectors == 0 ? "01" : "0C";
        expect_boot_failure(disk, fmt::format("cannot read the disk at LBA {:08X}, AH={}",
                                              part.lba + left / most_sectors * most_sectors, code));
    }
    Bytes sector_only = good_image();
    sector_only.resize(sector_bytes);
    expect_boot_failure(sector_only, "cannot read the disk at LBA 00000001, AH=01");
}

TEST(Image, NotWholeSectorsIsRefused) {
    Bytes disk = good_image();
    disk.resize(disk.size() - 100);
    const Boot run = boot_image(disk);
    Expect(run)
        .ends(Ending::refused)
        .complaint_has(fmt::format("{} bytes is not whole sectors", disk.size()));
}

TEST(Image, WithoutBootSignatureIsNotBootable) {
    Bytes disk = good_image();
    disk[sector_bytes - 1] = 0;
    const Boot run = boot_image(disk);
    Expect(run).ends(Ending::bochs_failed).complaint_has("failed: Bochs itself failed");
}

TEST(Machine, WithTooLittleMemory) {
    const Boot tiny = boot({.memory = 1});
    Expect(tiny).ends(Ending::boot_failure).complaint_has("boot: too little memory: 0 KB from 1 MB up");
    const Boot small = boot({.memory = 2});
    Expect(small).ends(Ending::boot_failure).complaint_has("boot: too little memory: ");
}

} // namespace
} // namespace forkproof::boots
