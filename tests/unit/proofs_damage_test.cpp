// Files that are no kernel, or no longer: each is refused in one line, and none brings the prover down.
#include "proofs/image/dwarf.hpp"
#include "proofs/image/elf.hpp"
#include "tests/unit/linked_fixture.hpp"

#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <random>

#include "boot/image.hpp"

namespace forkproof::tests {
namespace {

using namespace forkproof::proofs;

/// Reads everything there is of the file; what it is refused for, or "".
std::string refusal(const std::vector<u8>& bytes) {
    try {
        const ElfFile file("damaged", bytes);
        const Image image(file);
        for (const Function& function : image.functions())
            for (const u32 at : {function.address, function.end() - 1})
                (void)(image.line_of(at) + image.name_of(at)).append(image.inlined_at(at).front());
        const Layouts layouts(file);
        (void)layouts.leaves("Vma");
        (void)layouts.leaves(layouts.type_of_variable("mm"));
        (void)layouts.name_at("Mm", 8);
    } catch (const BadImage& bad) {
        return bad.what();
    }
    return "";
}

std::string load_refusal(const std::string& path) {
    std::string first, second;
    try {
        (void)Image::load(path);
    } catch (const BadImage& bad) {
        first = bad.what();
    }
    try {
        (void)Layouts::load(path);
    } catch (const BadImage& bad) {
        second = bad.what();
    }
    EXPECT_EQ(first, second);
    EXPECT_EQ(first.find('\n'), std::string::npos);
    EXPECT_NE(first.find(path), std::string::npos) << first;
    return first;
}

TEST(DamagedImage, TheFixtureItselfIsFine) { EXPECT_EQ(refusal(linked_fixture()), ""); }

TEST(DamagedImage, FilesThatAreNoKernelAreRefusedForWhatTheyAre) {
    const auto says = [](const std::string& path, const char* what) {
        const std::string complaint = load_refusal(path);
        EXPECT_NE(complaint.find(what), std::string::npos) << complaint;
    };
    says("build/there_is_none.elf", "cannot read");
    says("build", "folder");
    says("Makefile", "not an ELF file");
    says("/proc/self/exe", "not a 32-bit ELF file");
    says("build/kernel.boot.elf", "no debug information");
    says("build/obj/kernel/main.cpp.o", "not a linked program");
}

TEST(DamagedImage, WithoutSymbolsTheComplaintSaysSo) {
    std::vector<u8> bytes = linked_fixture();
    Elf32_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    for (unsigned i = 0; i < header.e_shnum; i++) {
        const std::size_t type = header.e_shoff + i * sizeof(Elf32_Shdr) + offsetof(Elf32_Shdr, sh_type);
        if (bytes[type] == SHT_SYMTAB) bytes[type] = SHT_PROGBITS;
    }
    EXPECT_NE(refusal(bytes).find("no symbols"), std::string::npos) << refusal(bytes);
}

TEST(DamagedImage, TruncatedFilesAreRefusedWhereverTheyAreCut) {
    const std::vector<u8>& good = linked_fixture();
    for (std::size_t size = 0; size < good.size(); size += size < 256 ? 1 : 61) {
        const std::string complaint =
            refusal({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)});
        EXPECT_NE(complaint, "") << size;
        EXPECT_EQ(complaint.find('\n'), std::string::npos) << size;
    }
    const std::vector<u8> kernel = forkproof::image::read_file("build/kernel.elf");
    for (std::size_t size = 0; size < kernel.size(); size += kernel.size() / 50)
        EXPECT_NE(refusal({kernel.begin(), kernel.begin() + static_cast<std::ptrdiff_t>(size)}), "") << size;
}

TEST(DamagedImage, NoChangedByteOfTheHeadersBringsTheProverDown) {
    const std::vector<u8>& good = linked_fixture();
    Elf32_Ehdr header;
    std::memcpy(&header, good.data(), sizeof header);
    unsigned refused = 0;
    const auto change = [&](std::size_t at) {
        for (const u8 value : {u8{0}, u8{1}, u8{0x7f}, u8{0xff}, static_cast<u8>(good[at] ^ 4)}) {
            std::vector<u8> bad = good;
            bad[at] = value;
            const std::string complaint = refusal(bad);
            EXPECT_EQ(complaint.find('\n'), std::string::npos);
            refused += !complaint.empty();
        }
    };
    for (std::size_t at = 0; at < sizeof header + header.e_phnum * sizeof(Elf32_Phdr); at++) change(at);
    for (std::size_t at = 0; at < header.e_shnum * sizeof(Elf32_Shdr); at += 3) change(header.e_shoff + at);
    EXPECT_GT(refused, 100U);
}

TEST(DamagedImage, NoRandomDamageBringsTheProverDown) {
    const std::vector<u8>& good = linked_fixture();
    std::mt19937 random(2633);
    unsigned refused = 0;
    for (unsigned round = 0; round < 1500; round++) {
        std::vector<u8> bad = good;
        for (auto changes = 1 + random() % 12; changes > 0; changes--)
            bad[random() % bad.size()] = static_cast<u8>(random());
        refused += !refusal(bad).empty();
    }
    EXPECT_GT(refused, 50U);
}

} // namespace
} // namespace forkproof::tests
