// Images that are not what they should be: each ends with its own line of the boot sector or the loader.
#include <cstring>
#include <functional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "boot/image.hpp"
#include "tests/boot/expect.hpp"

namespace forkproof::boots {
namespace {

using image::Bytes;
using image::Header;
using image::Part;
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

// ---- Parts that arrive whole but are wrong in themselves
// ------------------------------------------------------------

// An image of the build's parts, one of them changed before it is put together.
Bytes image_with(const std::function<void(image::Contents&)>& change) {
    const auto file = [](const char* name) { return image::read_file((build_folder() / name).string()); };
    image::Contents contents{.sector = file("boot/sector.bin"),
                             .loader = file("boot/loader.bin"),
                             .kernel = file("kernel.boot.elf"),
                             .initrd = file("initrd.cpio"),
                             .cmdline = {}};
    change(contents);
    return image::build(contents);
}

void expect_failure_with(const std::function<void(image::Contents&)>& change, const std::string& line) {
    expect_boot_failure(image_with(change), line);
}

// Offsets in an ELF32 file (elf.h): e_ident[EI_CLASS], e_entry, e_phoff; and p_memsz in a program header.
constexpr std::size_t elf_class = 4, elf_entry = 24, elf_phoff = 28, memsz = 20;

void put32(Bytes& bytes, std::size_t at, std::uint32_t value) {
    std::memcpy(&bytes[at], &value, sizeof value);
}
std::uint32_t get32(const Bytes& bytes, std::size_t at) {
    std::uint32_t value;
    std::memcpy(&value, &bytes[at], sizeof value);
    return value;
}

TEST(BadKernel, IsSaidByTheLoader) {
    expect_failure_with([](auto& c) { c.kernel[0] = 'x'; }, "bad kernel file: not an ELF file");
    expect_failure_with([](auto& c) { c.kernel[elf_class] = 2; },
                        "bad kernel file: not a 32-bit i386 executable");
    expect_failure_with([](auto& c) { c.kernel.resize(c.kernel.size() / 2); },
                        "bad kernel file: a segment is outside the file");
    expect_failure_with([](auto& c) { put32(c.kernel, elf_entry, 0xb0000000); },
                        "bad kernel file: its entry is in no segment above 0xc0000000");
    expect_failure_with([](auto& c) { put32(c.kernel, get32(c.kernel, elf_phoff) + memsz, 1); },
                        "bad kernel file: a segment is larger in the file than in memory");
}

// More than the machine's 64 MB: of bss, of file, of initrd.
void expect_too_large(const Bytes& disk, const std::string& line_begins, const std::string& has) {
    const Boot run = boot_image(disk);
    Expect(run)
        .ends(Ending::boot_failure)
        .complaint_has("failed: boot failure: boot: " + line_begins)
        .complaint_has(has);
}

TEST(BadKernel, TooLargeForTheMachine) {
    constexpr std::uint32_t much = 100U << 20;
    expect_too_large(image_with([](auto& c) { put32(c.kernel, get32(c.kernel, elf_phoff) + memsz, much); }),
                     "kernel too large: with its bss it takes ", " KB, there is room for ");
    Bytes disk = good_image();
    Header header = header_of(disk);
    header.kernel.bytes = much;
    put_header(disk, header);
    expect_too_large(disk, "kernel too large: its file has 102400 KB, there is room for ", " KB\n");
    header = header_of(good_image());
    header.initrd.bytes = much;
    put_header(disk, header);
    expect_too_large(disk, "too little memory: ", " KB from 1 MB up, kernel and initrd need ");
}

TEST(Machine, WithTooLittleMemory) {
    const Boot tiny = boot({.memory = 1});
    Expect(tiny).ends(Ending::boot_failure).complaint_has("boot: too little memory: 0 KB from 1 MB up");
    const Boot small = boot({.memory = 2});
    Expect(small).ends(Ending::boot_failure).complaint_has("boot: too little memory: ");
}

} // namespace
} // namespace forkproof::boots
