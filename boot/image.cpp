#include "boot/image.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace forkproof::image {
namespace {

// The shape BIOSes have given large disks since the nineties. An image is filled up to whole cylinders.
constexpr std::uint32_t heads = 16;
constexpr std::uint32_t sectors_per_track = 63;

constexpr std::uint32_t crc_polynomial = 0xedb88320; // IEEE 802.3's, lowest bit first

std::uint32_t sectors_of(std::size_t bytes) {
    return static_cast<std::uint32_t>((bytes + sector_bytes - 1) / sector_bytes);
}

// Appends whole sectors to the image and describes them.
Part append(Bytes& image, std::span<const std::uint8_t> bytes) {
    Part part{.lba = sectors_of(image.size()),
              .bytes = static_cast<std::uint32_t>(bytes.size()),
              .crc32 = crc32(bytes)};
    image.insert(image.end(), bytes.begin(), bytes.end());
    image.resize(std::size_t{sectors_of(image.size())} * sector_bytes);
    return part;
}

void check(const Contents& contents) {
    const auto& sector = contents.sector;
    if (sector.size() != sector_bytes || sector[510] != 0x55 || sector[511] != 0xaa)
        throw Error(fmt::format("the boot sector must be {} bytes ending in 55 AA; it has {}", sector_bytes,
                                sector.size()));
    if (contents.loader.empty() || contents.loader.size() > most_loader_bytes)
        throw Error(fmt::format("the loader has {} bytes; it must have 1 to {}", contents.loader.size(),
                                most_loader_bytes));
    if (contents.kernel.empty()) throw Error("the kernel's file is empty");
    if (contents.initrd.empty()) throw Error("the initrd is empty");
    if (contents.cmdline.size() > most_cmdline_chars)
        throw Error(fmt::format("the kernel command line has {} characters; there is room for {}",
                                contents.cmdline.size(), most_cmdline_chars));
    if (contents.cmdline.find('\0') != std::string::npos)
        throw Error("the kernel command line has a NUL in it");
}

void check_part(std::span<const std::uint8_t> image, const Part& part, std::string_view name) {
    const std::uint64_t begin = std::uint64_t{part.lba} * sector_bytes;
    if (begin > image.size() || part.bytes > image.size() - begin)
        throw Error(
            fmt::format("the {} (LBA {}, {} bytes) is outside the image", name, part.lba, part.bytes));
    const std::uint32_t sum = crc32(image.subspan(begin, part.bytes));
    if (sum != part.crc32)
        throw Error(fmt::format("wrong CRC-32 of {}: is {:08X}, should be {:08X}", name, sum, part.crc32));
}

} // namespace

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
    static const auto table = [] {
        std::array<std::uint32_t, 256> made{};
        for (std::uint32_t n = 0; n < made.size(); ++n) {
            made[n] = n;
            for (int bit = 0; bit < 8; ++bit) made[n] = (made[n] >> 1) ^ (made[n] & 1 ? crc_polynomial : 0);
        }
        return made;
    }();
    std::uint32_t sum = ~0u;
    for (std::uint8_t byte : bytes) sum = (sum >> 8) ^ table[(sum ^ byte) & 0xff];
    return ~sum;
}

Bytes build(const Contents& contents) {
    check(contents);
    Bytes image = contents.sector;
    image.resize(std::size_t{loader_lba} * sector_bytes);
    std::memcpy(&image[cmdline_lba * sector_bytes], contents.cmdline.data(), contents.cmdline.size());

    Header header{};
    header.magic = magic;
    header.version = version;
    header.cmdline = {cmdline_lba, sector_bytes,
                      crc32(std::span(image).subspan(cmdline_lba * sector_bytes, sector_bytes))};
    header.loader = append(image, contents.loader);
    header.kernel = append(image, contents.kernel);
    header.initrd = append(image, contents.initrd);

    constexpr std::size_t cylinder = std::size_t{heads} * sectors_per_track * sector_bytes;
    image.resize((image.size() + cylinder - 1) / cylinder * cylinder);
    header.sectors = sectors_of(image.size());
    const auto* raw = reinterpret_cast<const std::uint8_t*>(&header);
    header.crc32 = crc32({raw, offsetof(Header, crc32)});
    std::memcpy(&image[header_lba * sector_bytes], &header, sizeof header);
    return image;
}

Header parse_header(std::span<const std::uint8_t> image) {
    if (image.size() < std::size_t{loader_lba} * sector_bytes)
        throw Error(fmt::format("{} bytes are too few for an image", image.size()));
    Header header;
    std::memcpy(&header, &image[header_lba * sector_bytes], sizeof header);
    if (header.magic != magic) throw Error("bad magic in LBA 1");
    const std::uint32_t sum = crc32(image.subspan(header_lba * sector_bytes, offsetof(Header, crc32)));
    if (sum != header.crc32)
        throw Error(fmt::format("wrong CRC-32 of header: is {:08X}, should be {:08X}", sum, header.crc32));
    if (header.version != version)
        throw Error(fmt::format("image version {}; this is written for {}", header.version, version));
    check_part(image, header.loader, "loader");
    check_part(image, header.cmdline, "command line");
    check_part(image, header.kernel, "kernel");
    check_part(image, header.initrd, "initrd");
    return header;
}

Geometry geometry(std::uint64_t bytes) {
    if (bytes == 0 || bytes % sector_bytes)
        throw Error(fmt::format("an image of {} bytes is not whole sectors", bytes));
    const auto sectors = static_cast<std::uint32_t>(bytes / sector_bytes);
    if (sectors % (heads * sectors_per_track) == 0)
        return {sectors / (heads * sectors_per_track), heads, sectors_per_track};
    return {sectors, 1, 1}; // not one of ours as it was written, but a disk may have any shape
}

Bytes read_file(const std::string& path) {
    if (std::filesystem::is_directory(path)) throw Error(fmt::format("cannot read {}: it is a folder", path));
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
    Bytes bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.bad()) throw Error(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
    return bytes;
}

void write_file(const std::string& path, std::span<const std::uint8_t> bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) throw Error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

} // namespace forkproof::image
