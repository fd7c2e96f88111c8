// The ELF parser with good, wrong and hostile files.
#include <gtest/gtest.h>

#include "kernel/exec/elf.hpp"
#include "kernel/mm/mm.hpp"
#include "tests/unit/hostile.hpp"
#include <fstream>
#include <iterator>

namespace forkproof::tests {
namespace {

struct Segment {
    u32 type, offset, vaddr, filesz, memsz, flags, align;
};
constexpr u32 PT_LOAD = 1, PT_INTERP = 3, PT_NOTE = 4;
constexpr u32 HEADER = 52, PROGRAM_HEADER = 32;

/// A little ELF file, made field by field as the System V ABI has them.
struct ElfFile {
    std::string ident = std::string("\177ELF\1\1\1", 7) + std::string(9, '\0');
    u32 type = 2, machine = 3, entry = 0x08048100, phoff = HEADER, phentsize = PROGRAM_HEADER;
    std::vector<Segment> segments{{PT_LOAD, 0, 0x08048000, 0x200, 0x200, 5, 0x1000},
                                  {PT_LOAD, 0x200, 0x0804a200, 0x100, 0x900, 6, 0x1000}};
    int phnum = -1; ///< -1: as many as there are
    u32 size = 0x300;

    [[nodiscard]] std::string bytes() const {
        std::string file = ident;
        auto put = [&](u32 value, int width) {
            for (int i = 0; i < width; i++) file += static_cast<char>(value >> (8 * i));
        };
        put(type, 2), put(machine, 2), put(1, 4), put(entry, 4), put(phoff, 4), put(0, 4), put(0, 4);
        put(HEADER, 2), put(phentsize, 2);
        put(phnum < 0 ? static_cast<u32>(segments.size()) : static_cast<u32>(phnum), 2);
        put(0, 2), put(0, 2), put(0, 2);
        for (const Segment& s : segments)
            put(s.type, 4), put(s.offset, 4), put(s.vaddr, 4), put(s.vaddr, 4), put(s.filesz, 4),
                put(s.memsz, 4), put(s.flags, 4), put(s.align, 4);
        file.resize(std::max<std::size_t>(size, file.size()), '\x90');
        return file;
    }
};

/// "" if the file is accepted; else what people are told.
std::string refusal(Text file) {
    ElfImage image;
    ElfError error;
    if (parse_elf(file, image, error)) {
        EXPECT_EQ(error.why.size, 0U);
        return "";
    }
    EXPECT_GT(error.why.size, 0U) << "a refusal must say why";
    return str(error.why) + str(error.detail);
}
std::string refusal(const ElfFile& file) { return refusal(GuardedBytes(file.bytes()).text()); }

/// What parse_elf promises of every file that it accepts.
void expect_promises(Text file) {
    ElfImage image;
    ElfError error;
    if (!parse_elf(file, image, error)) return;
    ASSERT_GT(image.loads, 0U);
    ASSERT_LE(image.loads, ELF_MAX_LOADS);
    bool entry_inside = false;
    for (u32 i = 0; i < image.loads; i++) {
        const ElfSegment& s = image.load[i];
        ASSERT_LE(s.filesz, s.memsz);
        ASSERT_LE(u64{s.offset} + s.filesz, file.size);
        ASSERT_GE(s.vaddr, MMAP_MIN_ADDR);
        ASSERT_LE(u64{s.vaddr} + s.memsz, TASK_SIZE);
        entry_inside = entry_inside || (image.entry >= s.vaddr && image.entry - s.vaddr < s.memsz);
        for (u32 k = 0; k < i; k++) {
            const ElfSegment& t = image.load[k];
            ASSERT_TRUE(page_up(s.vaddr + s.memsz) <= page_down(t.vaddr) ||
                        page_up(t.vaddr + t.memsz) <= page_down(s.vaddr));
        }
    }
    ASSERT_TRUE(entry_inside);
}

TEST(Elf, AcceptsAStaticProgram) {
    const std::string bytes = ElfFile().bytes();
    ElfImage image;
    ElfError error;
    ASSERT_TRUE(parse_elf(Text(bytes.data(), bytes.size()), image, error)) << str(error.why);
    EXPECT_EQ(image.loads, 2U);
    EXPECT_EQ(image.entry, 0x08048100U);
    EXPECT_EQ(image.phdr, 0x08048034U); // the headers are in the first segment
    EXPECT_EQ(image.phnum, 2U);
    EXPECT_EQ(image.phentsize, 32U);
    EXPECT_EQ(image.load[1].vaddr, 0x0804a200U);
    EXPECT_EQ(image.load[1].memsz, 0x900U);
    EXPECT_EQ(image.load[1].filesz, 0x100U);
    EXPECT_EQ(image.load[0].flags, PF_R | PF_X);
}

TEST(Elf, SaysWhatAFileIsThatIsNoProgram) {
    EXPECT_EQ(refusal(Text("")), "it is an empty file");
    EXPECT_EQ(refusal(Text("#!/bin/sh\necho")), "it is a script, for /bin/sh");
    EXPECT_NE(refusal(Text("hello")).find("not an ELF"), std::string::npos);
    EXPECT_NE(refusal(Text("MZ")).find("Windows"), std::string::npos);
    EXPECT_NE(refusal(Text("!<arch>\n")).find("library"), std::string::npos);
    EXPECT_NE(refusal(Text("\177EL")).find("not an ELF"), std::string::npos);
}

TEST(Elf, SaysWhichProcessorAndClass) {
    ElfFile file;
    file.ident[4] = 2;
    file.machine = 62;
    EXPECT_EQ(refusal(file), "it is a 64-bit ELF for x86-64");
    file = {};
    file.machine = 40;
    EXPECT_EQ(refusal(file), "it is a 32-bit ELF for ARM");
    file = {};
    file.ident[5] = 2;
    EXPECT_NE(refusal(file).find("big-endian"), std::string::npos);
    file = {};
    file.ident[4] = 7;
    EXPECT_NE(refusal(file).find("class"), std::string::npos);
}

TEST(Elf, RefusesThisTestWhichIsA64BitProgram) {
    std::ifstream self("/proc/self/exe", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(self), std::istreambuf_iterator<char>()};
    ASSERT_FALSE(bytes.empty());
    EXPECT_NE(refusal(Text(bytes.data(), bytes.size())).find("64-bit"), std::string::npos);
}

TEST(Elf, SaysWhichLinkerADynamicProgramNeeds) {
    ElfFile file;
    file.segments.push_back({PT_INTERP, 0x2c0, 0x080482c0, 19, 19, 4, 1});
    std::string bytes = file.bytes();
    bytes.replace(0x2c0, 19, std::string("/lib/ld-linux.so.2\0", 19));
    EXPECT_EQ(refusal(Text(bytes.data(), bytes.size())),
              "it is dynamically linked: it needs /lib/ld-linux.so.2");
    file.segments.back().offset = 0xfffffff0; // a name outside the file is not read
    EXPECT_NE(refusal(file).find("dynamically linked"), std::string::npos);
    file.segments.back() = {PT_INTERP, 0x2ff, 0x080482ff, 1,
                            1,         4,     1}; // a name without NUL, at the file's end
    EXPECT_NE(refusal(file).find("dynamically linked"), std::string::npos);
}

TEST(Elf, RefusesOtherTypesOfElf) {
    const std::pair<u32, const char*> types[] = {
        {0, "unknown"}, {1, "object file"}, {3, "shared library"}, {4, "core dump"}, {0xfe00, "unknown"}};
    for (const auto& [type, words] : types) {
        ElfFile file;
        file.type = type;
        EXPECT_NE(refusal(file).find(words), std::string::npos) << type << ": " << refusal(file);
    }
}

TEST(Elf, RefusesBadSegments) {
    struct Case {
        const char* words;
        Segment second;
    };
    const Case cases[] = {
        {"more bytes in the file", {PT_LOAD, 0x200, 0x0804a200, 0x101, 0x100, 6, 0x1000}},
        {"outside the file", {PT_LOAD, 0x200, 0x0804a200, 0x101, 0x900, 6, 0x1000}},
        {"outside the file", {PT_LOAD, 0xfffff200, 0x0804a200, 0x1000, 0x1000, 6, 0x1000}},
        {"below address", {PT_LOAD, 0x200, 0x00000200, 0x100, 0x100, 6, 0x1000}},
        {"below address", {PT_LOAD, 0x200, 0x0000f200, 0x100, 0x100, 6, 0x1000}},
        {"above address", {PT_LOAD, 0x200, 0xbffff200, 0x100, 0xe01, 6, 0x1000}},
        {"above address", {PT_LOAD, 0x200, 0xfffff200, 0x100, 0xfffff000, 6, 0x1000}},
        {"above address", {PT_LOAD, 0x200, 0xc0100200, 0x100, 0x100, 6, 0x1000}},
        {"differ within a page", {PT_LOAD, 0x200, 0x0804a201, 0x100, 0x900, 6, 0x1000}},
        {"power of two", {PT_LOAD, 0x200, 0x0804a200, 0x100, 0x900, 6, 0x1001}},
        {"share a page", {PT_LOAD, 0x200, 0x08048200, 0x100, 0x900, 6, 0x1000}},
        {"share a page", {PT_LOAD, 0x200, 0x08047200, 0x100, 0xe01, 6, 0x1000}},
    };
    for (const Case& c : cases) {
        ElfFile file;
        file.segments[1] = c.second;
        EXPECT_NE(refusal(file).find(c.words), std::string::npos) << c.words << " / " << refusal(file);
    }
}

TEST(Elf, AcceptsTheLastByteBelowTheKernelAndNoneAbove) {
    ElfFile file;
    file.segments[1] = {PT_LOAD, 0x200, 0xbffff200, 0x100, 0xe00, 6, 0x1000};
    EXPECT_EQ(refusal(file), "");
    file.segments[1].memsz++;
    EXPECT_NE(refusal(file), "");
}

TEST(Elf, RefusesABadEntry) {
    for (const u32 entry : {0U, 0x08047fffU, 0x08048200U, 0xffffffffU, 0xc0100000U}) {
        ElfFile file;
        file.entry = entry;
        EXPECT_NE(refusal(file).find("entry point"), std::string::npos) << std::hex << entry;
    }
}

TEST(Elf, RefusesBadProgramHeaders) {
    ElfFile file;
    file.phnum = 0;
    EXPECT_NE(refusal(file).find("no program headers"), std::string::npos);
    file = {};
    file.phentsize = 56;
    EXPECT_NE(refusal(file).find("32 bytes"), std::string::npos);
    file = {};
    file.phnum = 65;
    file.size = 0x4000;
    EXPECT_NE(refusal(file).find("more than 64"), std::string::npos);
    for (const u32 offset : {0xffffffffU, 0xffffffe0U, 0x2c1U, 0x300U}) {
        file = {};
        file.phoff = offset;
        EXPECT_NE(refusal(file).find("outside the file"), std::string::npos) << std::hex << offset;
    }
    file = {};
    file.segments = {{PT_NOTE, 0, 0x08048000, 0x200, 0x200, 5, 0x1000}};
    EXPECT_NE(refusal(file).find("no segment"), std::string::npos);
}

TEST(Elf, TakesSixteenSegmentsAndNoMore) {
    ElfFile file;
    for (u32 i = 2; i < ELF_MAX_LOADS; i++)
        file.segments.push_back({PT_LOAD, 0x200, 0x08060200 + i * 0x1000, 0x10, 0x10, 6, 0x1000});
    EXPECT_EQ(refusal(file), "");
    file.segments.push_back({PT_LOAD, 0x200, 0x09000200, 0x10, 0x10, 6, 0x1000});
    EXPECT_NE(refusal(file).find("more than 16"), std::string::npos);
}

TEST(Elf, NothingIsReadBeyondATruncatedFile) {
    const std::string good = ElfFile().bytes();
    each_prefix(good, [](Text file, std::size_t size) {
        EXPECT_NE(refusal(file), "") << "cut to " << size << " bytes";
    });
}

TEST(Elf, KeepsItsPromisesWhateverIsChanged) {
    const std::string good = ElfFile().bytes();
    const std::size_t headers = HEADER + 2 * PROGRAM_HEADER;
    each_changed_byte(good, headers, [](Text file, std::size_t) { expect_promises(file); });
    random_changes(good, headers, 20000, [](Text file) { expect_promises(file); });
}

} // namespace
} // namespace forkproof::tests
