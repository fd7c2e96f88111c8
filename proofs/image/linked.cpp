#include "proofs/image/linked.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

/// NASM's local labels (entry_trap.with_frame) and the linker script's marks begin no function.
bool begins_function(const Symbol& symbol) {
    if (symbol.raw.section >= SHN_LORESERVE) return false;
    if (symbol.raw.type == STT_FUNC) return true;
    return symbol.raw.type == STT_NOTYPE && symbol.raw.name.find('.') == std::string::npos &&
           !symbol.raw.name.starts_with("kernel_");
}

} // namespace

Linked::Linked(const ElfFile& file_) : file(file_), map(DebugInfo(file_)), symbols(file_, map) {
    read_sections();
    read_functions();
    hash = HASH_START;
    for (std::size_t i = 0; i < sections.size(); i++) {
        mix_word(hash, sections[i].address);
        mix_word(hash, sections[i].size);
        for (const char c : sections[i].name) mix(hash, static_cast<u8>(c));
        for (const u8 byte : bytes[i]) mix(hash, byte);
    }
}

void Linked::read_sections() {
    for (const RawSection& raw : file.sections()) {
        if (!(raw.header.sh_flags & SHF_ALLOC) || raw.header.sh_size == 0) continue;
        sections.push_back({raw.name, raw.header.sh_addr, raw.header.sh_size,
                            (raw.header.sh_flags & SHF_EXECINSTR) != 0,
                            (raw.header.sh_flags & SHF_WRITE) != 0, raw.header.sh_type == SHT_NOBITS});
    }
    std::sort(sections.begin(), sections.end(),
              [](const Section& a, const Section& b) { return a.address < b.address; });
    for (std::size_t i = 0; i + 1 < sections.size(); i++)
        if (sections[i].address + sections[i].size > sections[i + 1].address)
            file.fail(
                fmt::format("sections {} and {} overlap: damaged", sections[i].name, sections[i + 1].name));
    if (sections.empty()) file.fail("no section is loaded: not a kernel");
    for (const Section& section : sections)
        for (const RawSection& raw : file.sections())
            if (raw.header.sh_flags & SHF_ALLOC && raw.header.sh_addr == section.address &&
                raw.header.sh_size == section.size) {
                bytes.push_back(raw.bytes);
                break;
            }
}

void Linked::read_functions() {
    if (symbols.all().empty())
        file.fail("no symbols: the prover reads build/kernel.elf, not the stripped kernel.boot.elf");
    for (const Section& section : sections)
        if (section.executable) read_functions_of(section);
}

void Linked::read_functions_of(const Section& section) {
    const std::size_t first = functions.size();
    const u32 end = section.address + section.size;
    for (const Symbol& symbol : symbols.all()) {
        if (symbol.raw.address < section.address || symbol.raw.address >= end || !begins_function(symbol))
            continue;
        if (functions.size() > first && functions.back().address == symbol.raw.address) continue;
        functions.push_back({symbol.name, symbol.raw.address, symbol.raw.size, 0, symbol.with_arguments});
    }
    if (functions.size() == first || functions[first].address != section.address) {
        const u32 size =
            functions.size() == first ? section.size : functions[first].address - section.address;
        functions.insert(functions.begin() + static_cast<std::ptrdiff_t>(first),
                         {"(" + section.name + ")", section.address, size, 0, ""});
    }
    for (std::size_t i = first; i < functions.size(); i++) {
        const u32 room = (i + 1 < functions.size() ? functions[i + 1].address : end) - functions[i].address;
        if (functions[i].size == 0 || functions[i].size > room) functions[i].size = room;
        functions[i].filling = room - functions[i].size;
    }
}

} // namespace forkproof::proofs
