// The disk image's header and parts: what is built can be read, and what is spoilt is named.
#include "boot/image.hpp"
#include <functional>
#include <gtest/gtest.h>
#include <string>

namespace forkproof::tests {
namespace {

using image::Bytes;

image::Contents contents() {
    Bytes sector(image::sector_bytes, 0x90);
    sector[510] = 0x55;
    sector[511] = 0xaa;
    return {sector, Bytes(3000, 1), Bytes(70000, 2), Bytes(1234, 3), "check=step quiet"};
}

/// "" if the image is good; else what people are told.
std::string fault(const Bytes& bytes) {
    try {
        image::parse_header(bytes);
        return "";
    } catch (const image::Error& error) {
        return error.what();
    }
}

std::string build_fault(const std::function<void(image::Contents&)>& spoil) {
    image::Contents c = contents();
    spoil(c);
    try {
        image::build(c);
        return "";
    } catch (const image::Error& error) {
        return error.what();
    }
}

std::size_t at_lba(std::uint32_t lba) { return std::size_t{lba} * image::sector_bytes; }

/// The CRC bit by bit, as IEEE 802.3 defines it.
std::uint32_t slow_crc(std::span<const std::uint8_t> bytes) {
    std::uint32_t crc = ~0U;
    for (const std::uint8_t byte : bytes) {
        crc ^= byte;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320U : crc >> 1;
    }
    return ~crc;
}

TEST(Crc32, HasTheCheckValueOfItsDefinition) {
    const std::string text = "123456789";
    const Bytes bytes(text.begin(), text.end());
    EXPECT_EQ(image::crc32(bytes), 0xcbf43926U);
    EXPECT_EQ(image::crc32({}), 0U);
    Bytes many;
    for (unsigned i = 0; i < 1000; i++) many.push_back(static_cast<std::uint8_t>(i * 7 + i / 3));
    EXPECT_EQ(image::crc32(many), slow_crc(many));
}

TEST(Image, HoldsWhatItWasBuiltFrom) {
    const image::Contents c = contents();
    const Bytes bytes = image::build(c);
    const image::Header header = image::parse_header(bytes);
    auto part = [&](const image::Part& p) {
        return Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(at_lba(p.lba)),
                     bytes.begin() + static_cast<std::ptrdiff_t>(at_lba(p.lba) + p.bytes));
    };
    EXPECT_EQ(part(header.loader), c.loader);
    EXPECT_EQ(part(header.kernel), c.kernel);
    EXPECT_EQ(part(header.initrd), c.initrd);
    EXPECT_EQ(reinterpret_cast<const char*>(&bytes[at_lba(image::cmdline_lba)]), c.cmdline);
    EXPECT_EQ(Bytes(bytes.begin(), bytes.begin() + 512), c.sector);
    EXPECT_EQ(header.sectors * std::uint64_t{512}, bytes.size());
    EXPECT_GT(header.kernel.lba, header.loader.lba);
    EXPECT_GT(header.initrd.lba, header.kernel.lba);
}

TEST(Image, IsExactlyCylindersTimesHeadsTimesSectors) {
    for (const std::size_t size : {1U, 511U, 512U, 513U, 516096U, 600000U}) {
        image::Contents c = contents();
        c.initrd.assign(size, 7);
        const Bytes bytes = image::build(c);
        const image::Geometry g = image::geometry(bytes.size());
        EXPECT_EQ(std::uint64_t{g.cylinders} * g.heads * g.sectors_per_track * 512, bytes.size());
        EXPECT_LE(g.heads, 16U);
        EXPECT_LE(g.sectors_per_track, 63U);
    }
    EXPECT_THROW(image::geometry(0), image::Error);
    EXPECT_THROW(image::geometry(513), image::Error);
}

TEST(Image, SamePartsMakeTheSameBytes) { EXPECT_EQ(image::build(contents()), image::build(contents())); }

TEST(Image, TakesTheLongestCommandLineAndNoLonger) {
    EXPECT_EQ(build_fault([](image::Contents& c) { c.cmdline.assign(511, 'x'); }), "");
    EXPECT_NE(build_fault([](image::Contents& c) { c.cmdline.assign(512, 'x'); }).find("511"),
              std::string::npos);
    EXPECT_NE(build_fault([](image::Contents& c) { c.cmdline = std::string("a\0b", 3); }), "");
}

TEST(Image, RefusesPartsThatCannotBe) {
    EXPECT_NE(build_fault([](image::Contents& c) { c.sector.resize(511); }), "");
    EXPECT_NE(build_fault([](image::Contents& c) { c.sector[511] = 0; }), "");
    EXPECT_NE(build_fault([](image::Contents& c) { c.loader.clear(); }), "");
    EXPECT_NE(build_fault([](image::Contents& c) { c.loader.resize(image::most_loader_bytes + 1); }), "");
    EXPECT_EQ(build_fault([](image::Contents& c) { c.loader.resize(image::most_loader_bytes); }), "");
    EXPECT_NE(build_fault([](image::Contents& c) { c.kernel.clear(); }), "");
    EXPECT_NE(build_fault([](image::Contents& c) { c.initrd.clear(); }), "");
}

TEST(Image, NamesThePartThatIsSpoilt) {
    const Bytes good = image::build(contents());
    const image::Header header = image::parse_header(good);
    const std::pair<std::size_t, const char*> places[] = {{at_lba(header.loader.lba), "loader"},
                                                          {at_lba(header.kernel.lba) + 69999, "kernel"},
                                                          {at_lba(header.initrd.lba) + 5, "initrd"},
                                                          {at_lba(image::cmdline_lba) + 511, "command line"}};
    for (const auto& [offset, name] : places) {
        Bytes bad = good;
        bad[offset] ^= 0x10;
        EXPECT_NE(fault(bad).find(std::string("CRC-32 of ") + name), std::string::npos)
            << name << ": " << fault(bad);
    }
}

TEST(Image, EveryBitOfTheHeaderCounts) {
    const Bytes good = image::build(contents());
    for (std::size_t byte = 0; byte < image::sector_bytes; byte++)
        for (const std::uint8_t bit : {std::uint8_t{1}, std::uint8_t{0x80}}) {
            Bytes bad = good;
            bad[at_lba(image::header_lba) + byte] ^= bit;
            ASSERT_NE(fault(bad), "") << "header byte " << byte;
        }
}

/// A header whose own CRC is right, whatever else it says.
Bytes with_header(const Bytes& good, const std::function<void(image::Header&)>& change) {
    Bytes bad = good;
    image::Header header = image::parse_header(good);
    change(header);
    header.crc32 = slow_crc({reinterpret_cast<const std::uint8_t*>(&header), offsetof(image::Header, crc32)});
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&header), sizeof header,
                bad.begin() + static_cast<std::ptrdiff_t>(at_lba(image::header_lba)));
    return bad;
}

TEST(Image, PartsOutsideTheImageAreRefusedThoughTheHeadersCrcIsRight) {
    const Bytes good = image::build(contents());
    ASSERT_EQ(fault(with_header(good, [](image::Header&) {})), "");
    const std::function<void(image::Header&)> changes[] = {
        [](image::Header& h) { h.kernel.bytes = 0xffffffff; },
        [](image::Header& h) { h.kernel.lba = 0xffffffff; },
        [](image::Header& h) { h.initrd.lba = h.sectors; },
        [](image::Header& h) { h.loader.lba = h.sectors - 1; },
        [](image::Header& h) { h.version++; },
        [](image::Header& h) { h.magic ^= 1; },
    };
    for (const auto& change : changes) EXPECT_NE(fault(with_header(good, change)), "");
}

TEST(Image, ATruncatedImageIsRefusedWhereverItIsCut) {
    const Bytes good = image::build(contents());
    const image::Header header = image::parse_header(good);
    const std::size_t needed = at_lba(header.initrd.lba) + header.initrd.bytes;
    for (std::size_t size = 0; size < needed; size += 97)
        EXPECT_NE(fault(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))), "") << size;
}

} // namespace
} // namespace forkproof::tests
