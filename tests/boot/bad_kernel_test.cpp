// Images whose kernel or initrd arrives whole but is wrong in itself, or too large: the loader says so.
#include <cstring>
#include <functional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/boot/disk.hpp"
#include "tests/boot/expect.hpp"

namespace forkproof::boots {
namespace {

using image::Bytes;
using image::Header;

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

} // namespace
} // namespace forkproof::boots
