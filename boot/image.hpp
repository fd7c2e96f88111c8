#pragma once
// boot/: from power-on to the kernel's first instruction. The boot sector (sector.asm) brings in the loader
// (loader.asm and the .inc files it is made of, one step each), the loader brings in the kernel and the
// initrd. This header describes the disk image they are read from; mkimage.cpp writes it, boot/image.inc
// mirrors it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace forkproof::image {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::uint32_t sector_bytes = 512;
inline constexpr std::uint32_t magic = 0x4b524f46; // the bytes F O R K
inline constexpr std::uint32_t version = 1;

/// What the boot sector may have before its signature 55 AA.
inline constexpr std::size_t most_sector_code = 510;
/// The loader lies between 0x8000 and 0x10000 (boot/layout.inc).
inline constexpr std::size_t most_loader_bytes = 0x8000;
/// The command line has a sector of its own and ends in NUL.
inline constexpr std::size_t most_cmdline_chars = sector_bytes - 1;

/// A stretch of whole sectors: where it begins, how many bytes count, and their CRC-32.
struct Part {
    std::uint32_t lba;
    std::uint32_t bytes;
    std::uint32_t crc32;
};

/// LBA 1 of the image. All numbers are little-endian, as the i386 reads them.
struct Header {
    std::uint32_t magic;
    std::uint32_t version;
    std::uint32_t sectors; // of the whole image
    Part loader;
    Part kernel;
    Part initrd;
    Part cmdline; // the whole sector, NULs included
    std::uint8_t unused[448];
    std::uint32_t crc32; // of the 508 bytes before it
};
static_assert(sizeof(Header) == sector_bytes);
static_assert(offsetof(Header, loader) == 12 && offsetof(Header, cmdline) == 48);
static_assert(offsetof(Header, crc32) == 508);

inline constexpr std::uint32_t header_lba = 1;
inline constexpr std::uint32_t cmdline_lba = 2;
inline constexpr std::uint32_t loader_lba = 3;

/// The disk's shape that Bochs is told: its size must be exactly cylinders * heads * sectors.
struct Geometry {
    std::uint32_t cylinders;
    std::uint32_t heads;
    std::uint32_t sectors_per_track;
};

/// What an image is made of. `sector` is the assembled boot sector, 512 bytes with its signature.
struct Contents {
    Bytes sector;
    Bytes loader;
    Bytes kernel;
    Bytes initrd;
    std::string cmdline;
};

/// Something that cannot be an image, or cannot become one; what() is one line that says why.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// CRC-32 as in zip and Ethernet: crc32("123456789") is 0xcbf43926.
std::uint32_t crc32(std::span<const std::uint8_t> bytes);

/// The image, as large as its geometry. Throws Error if a part is too large or no part at all.
Bytes build(const Contents& contents);

/// The header of an image, checked as the boot sector and the loader check it, and that all parts lie inside.
/// Throws Error saying what is wrong.
Header parse_header(std::span<const std::uint8_t> image);

/// The shape of a disk with that many bytes. Throws Error if they are not whole sectors.
Geometry geometry(std::uint64_t bytes);

/// Reads a whole file. Throws Error naming it.
Bytes read_file(const std::string& path);

/// Writes a whole file. Throws Error naming it.
void write_file(const std::string& path, std::span<const std::uint8_t> bytes);

} // namespace forkproof::image
