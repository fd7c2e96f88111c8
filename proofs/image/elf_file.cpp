#include "proofs/image/elf_file.hpp"

#include <cstring>
#include <fmt/format.h>

#include "boot/image.hpp"

namespace forkproof::proofs {
namespace {

/// The i386's tables are little-endian, as is whatever this runs on.
template <class T>
T read(std::span<const u8> bytes, std::size_t index) {
    T value;
    std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
    return value;
}

/// The string at this offset of a string table; false if it does not end inside it.
bool string_at(std::span<const u8> table, u32 offset, std::string& out) {
    if (offset >= table.size()) return false;
    const auto rest = table.subspan(offset);
    const void* end = std::memchr(rest.data(), 0, rest.size());
    if (!end) return false;
    out.assign(reinterpret_cast<const char*>(rest.data()), static_cast<const char*>(end));
    return true;
}

} // namespace

ElfFile ElfFile::load(const std::string& path) {
    try {
        return {path, image::read_file(path)};
    } catch (const image::Error& error) {
        throw BadImage(fmt::format("{}; build the kernel with make", error.what()));
    }
}

ElfFile::ElfFile(std::string name, std::vector<u8> bytes)
    : name_(std::move(name)), bytes_(std::make_shared<const std::vector<u8>>(std::move(bytes))) {
    if (this->bytes().size() < SELFMAG || std::memcmp(this->bytes().data(), ELFMAG, SELFMAG) != 0)
        fail("not an ELF file");
    header_ = read<Elf32_Ehdr>(at(0, sizeof header_, "the ELF header"), 0);
    if (header_.e_ident[EI_CLASS] != ELFCLASS32) fail("not a 32-bit ELF file; the kernel is one");
    if (header_.e_ident[EI_DATA] != ELFDATA2LSB || header_.e_machine != EM_386)
        fail("an ELF file of another processor; the kernel's is i386");
    if (header_.e_type != ET_EXEC) fail("not a linked program (ELF type EXEC); the kernel is one");
    read_segments();
    read_sections();
}

void ElfFile::fail(const std::string& what) const { throw BadImage(fmt::format("{}: {}", name_, what)); }

std::span<const u8> ElfFile::at(std::uint64_t offset, std::uint64_t size, const std::string& what) const {
    if (offset > bytes().size() || size > bytes().size() - offset)
        fail(fmt::format("{} ends at byte {} and the file has {}: truncated or damaged, build it again", what,
                         offset + size, bytes().size()));
    return bytes().subspan(offset, size);
}

void ElfFile::read_segments() {
    if (header_.e_phnum == 0) fail("no program headers: nothing in it can be loaded");
    if (header_.e_phentsize != sizeof(Elf32_Phdr)) fail("program headers of an unknown size: damaged");
    const auto table = at(header_.e_phoff, std::uint64_t{header_.e_phnum} * sizeof(Elf32_Phdr),
                          "the table of program headers");
    for (unsigned i = 0; i < header_.e_phnum; i++) {
        const auto segment = read<Elf32_Phdr>(table, i);
        if (segment.p_type != PT_LOAD) continue;
        (void)at(segment.p_offset, segment.p_filesz, fmt::format("segment {}", i));
        if (segment.p_memsz < segment.p_filesz || segment.p_vaddr + segment.p_memsz < segment.p_vaddr)
            fail(fmt::format("segment {} does not fit into 32-bit addresses: damaged", i));
        segments_.push_back(segment);
    }
}

void ElfFile::read_sections() {
    if (header_.e_shnum == 0) return;
    if (header_.e_shentsize != sizeof(Elf32_Shdr)) fail("section headers of an unknown size: damaged");
    const auto table =
        at(header_.e_shoff, std::uint64_t{header_.e_shnum} * sizeof(Elf32_Shdr), "the table of sections");
    for (unsigned i = 0; i < header_.e_shnum; i++) {
        RawSection section{.name = {}, .header = read<Elf32_Shdr>(table, i), .bytes = {}};
        if (section.header.sh_type != SHT_NOBITS && section.header.sh_type != SHT_NULL)
            section.bytes =
                at(section.header.sh_offset, section.header.sh_size, fmt::format("section {}", i));
        if (section.header.sh_addr + section.header.sh_size < section.header.sh_addr)
            fail(fmt::format("section {} does not fit into 32-bit addresses: damaged", i));
        sections_.push_back(std::move(section));
    }
    if (header_.e_shstrndx >= sections_.size()) fail("no table of section names: damaged");
    const auto names = sections_[header_.e_shstrndx].bytes;
    for (RawSection& section : sections_)
        if (!string_at(names, section.header.sh_name, section.name))
            fail("a section without a name: damaged");
}

std::vector<RawSymbol> ElfFile::symbols() const {
    std::vector<RawSymbol> symbols;
    for (const RawSection& section : sections_) {
        if (section.header.sh_type != SHT_SYMTAB) continue;
        if (section.header.sh_link >= sections_.size()) fail("a symbol table without names: damaged");
        const auto names = sections_[section.header.sh_link].bytes;
        for (std::size_t i = 0; i < section.bytes.size() / sizeof(Elf32_Sym); i++) {
            const auto raw = read<Elf32_Sym>(section.bytes, i);
            const auto type = static_cast<unsigned>(ELF32_ST_TYPE(raw.st_info));
            if (raw.st_name == 0 || raw.st_shndx == SHN_UNDEF || type == STT_FILE || type == STT_SECTION)
                continue;
            const auto binding = static_cast<unsigned>(ELF32_ST_BIND(raw.st_info));
            RawSymbol symbol{{}, raw.st_value, raw.st_size, type, binding, raw.st_shndx};
            if (!string_at(names, raw.st_name, symbol.name)) fail("a symbol without a name: damaged");
            if (symbol.address + symbol.size < symbol.address)
                fail(fmt::format("symbol {} does not fit into 32-bit addresses: damaged", symbol.name));
            symbols.push_back(std::move(symbol));
        }
    }
    return symbols;
}

} // namespace forkproof::proofs
