#include "debug/program.hpp"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace forkproof::runner {
namespace {

std::string machine_name(unsigned machine) {
    switch (machine) {
    case EM_386: return "i386";
    case EM_X86_64: return "x86-64";
    case EM_ARM: return "ARM";
    case EM_AARCH64: return "AArch64";
    case EM_RISCV: return "RISC-V";
    case EM_PPC64: return "PowerPC 64";
    case EM_S390: return "S/390";
    case EM_MIPS: return "MIPS";
    default: return fmt::format("machine {}", machine);
    }
}

// The program header of that type, or nullptr. The table has been seen to lie inside the file.
const Elf32_Phdr* find_segment(std::span<const Elf32_Phdr> table, Elf32_Word type) {
    auto found = std::find_if(table.begin(), table.end(), [&](auto& entry) { return entry.p_type == type; });
    return found == table.end() ? nullptr : &*found;
}

std::string why_not_static(std::span<const std::uint8_t> file, const Elf32_Ehdr& header) {
    const std::size_t table_bytes = std::size_t{header.e_phnum} * sizeof(Elf32_Phdr);
    if (header.e_phentsize != sizeof(Elf32_Phdr) || header.e_phoff > file.size() ||
        table_bytes > file.size() - header.e_phoff)
        return "an ELF file cut short (its program headers are missing)";
    std::vector<Elf32_Phdr> table(header.e_phnum);
    if (table_bytes) std::memcpy(table.data(), &file[header.e_phoff], table_bytes);

    if (const auto* interp = find_segment(table, PT_INTERP)) {
        std::string_view name = "its loader";
        if (interp->p_offset < file.size() && interp->p_filesz > 1 &&
            interp->p_filesz <= file.size() - interp->p_offset)
            name = {reinterpret_cast<const char*>(&file[interp->p_offset]), interp->p_filesz - 1};
        return fmt::format("dynamically linked (needs {})", name);
    }
    if (header.e_type == ET_DYN) return "position independent (a shared library or static-pie)";
    if (!find_segment(table, PT_LOAD)) return "an ELF file with nothing to load";
    for (const auto& segment : table)
        if (segment.p_type == PT_LOAD &&
            (segment.p_offset > file.size() || segment.p_filesz > file.size() - segment.p_offset))
            return "an ELF file cut short (a segment ends behind the file)";
    return {};
}

} // namespace

std::string why_not_executable(std::span<const std::uint8_t> file) {
    if (file.empty()) return "an empty file";
    if (file.size() >= 2 && file[0] == '#' && file[1] == '!') return "a script";
    if (file.size() < EI_NIDENT || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0) return "not an ELF file";

    // Type and machine stand at the same place in both classes.
    if (file.size() < sizeof(Elf32_Ehdr)) return "an ELF file cut short";
    Elf32_Ehdr header;
    std::memcpy(&header, file.data(), sizeof header);
    if (file[EI_DATA] != ELFDATA2LSB) return "a big-endian ELF file";
    if (file[EI_CLASS] != ELFCLASS32 || header.e_machine != EM_386)
        return fmt::format("ELF{} {}", file[EI_CLASS] == ELFCLASS64 ? 64 : 32,
                           machine_name(header.e_machine));
    if (header.e_type == ET_REL) return "an object file (not linked yet)";
    if (header.e_type == ET_CORE) return "a core dump";
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
        return fmt::format("an ELF file of unknown type {}", header.e_type);
    return why_not_static(file, header);
}

} // namespace forkproof::runner
