#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

#include "boot/image.hpp"
#include "proofs/image/elf.hpp"

namespace forkproof::proofs {
namespace {

bool same_place(const Elf32_Phdr& a, const Elf32_Phdr& b) {
    return a.p_vaddr == b.p_vaddr && a.p_paddr == b.p_paddr && a.p_filesz == b.p_filesz &&
           a.p_memsz == b.p_memsz;
}

bool inside(const Section& section, const Elf32_Phdr& segment) {
    const u32 offset = section.address - segment.p_vaddr;
    return offset <= segment.p_memsz && section.size <= segment.p_memsz - offset;
}

/// What the loader puts at this address; nothing if it is outside all segments.
std::optional<u8> loaded_byte(const ElfFile& kernel, u32 address) {
    for (const Elf32_Phdr& segment : kernel.segments()) {
        if (address - segment.p_vaddr >= segment.p_memsz) continue;
        const u32 offset = address - segment.p_vaddr;
        return offset < segment.p_filesz ? kernel.bytes()[segment.p_offset + offset] : u8{0};
    }
    return {};
}

[[noreturn]] void differs(const Image& image, const ElfFile& kernel, const std::string& what) {
    kernel.fail(fmt::format("not the kernel of {}: {}; build both with make", image.file_name(), what));
}

} // namespace

void check_loadable(const Image& image, const ElfFile& kernel) {
    if (kernel.entry() != image.entry())
        differs(image, kernel,
                fmt::format("it is entered at {:#010x}, not at {:#010x}", kernel.entry(), image.entry()));
    if (!std::equal(kernel.segments().begin(), kernel.segments().end(), image.segments().begin(),
                    image.segments().end(), same_place))
        differs(image, kernel, "it has other segments, or at other addresses");
    // Every byte that is loaded: those of sections as the prover knows them, the others, between sections,
    // zero.
    for (const Elf32_Phdr& segment : image.segments()) {
        std::array<u8, 4096> expected;
        for (u32 done = 0; done < segment.p_memsz;) {
            const u32 address = segment.p_vaddr + done;
            expected.fill(0);
            const std::size_t left = std::min<std::size_t>(expected.size(), segment.p_memsz - done);
            const u32 count = std::max(1U, image.read(address, {expected.data(), left}));
            for (u32 i = 0; i < count; i++)
                if (const auto byte = loaded_byte(kernel, address + i); byte != expected[i])
                    differs(image, kernel,
                            fmt::format("at {:#010x} ({}) it has {:02x}, not {:02x}", address + i,
                                        image.name_of(address + i), *byte, expected[i]));
            done += count;
        }
    }
    for (const Section& section : image.sections())
        if (std::none_of(image.segments().begin(), image.segments().end(),
                         [&](const Elf32_Phdr& segment) { return inside(section, segment); }))
            differs(image, kernel,
                    fmt::format("{} at {:#010x} is not loaded", section.name, section.address));
}

void check_disk_image(const Image& image, const std::string& disk_image_path) {
    image::Bytes kernel;
    try {
        const image::Bytes disk = image::read_file(disk_image_path);
        const image::Header header = image::parse_header(disk);
        const auto begin =
            disk.begin() + static_cast<std::ptrdiff_t>(header.kernel.lba) * image::sector_bytes;
        kernel.assign(begin, begin + header.kernel.bytes);
    } catch (const image::Error& error) {
        throw BadImage(fmt::format("{}: {}; build it with make", disk_image_path, error.what()));
    }
    check_loadable(image, ElfFile(fmt::format("the kernel in {}", disk_image_path), std::move(kernel)));
}

} // namespace forkproof::proofs
