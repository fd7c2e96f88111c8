#include "proofs/image/debug_info.hpp"

#include <dwarf.h>
#include <fmt/format.h>
#include <libelf.h>

namespace forkproof::proofs {
namespace {

constexpr unsigned DEEPEST = 200; // levels of nested entries; g++ makes some twenty

} // namespace

void DebugInfo::Close::operator()(Elf* elf) const { elf_end(elf); }
void DebugInfo::Close::operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }

DebugInfo::DebugInfo(const ElfFile& file) : file_(file) {
    bool found = false;
    for (const RawSection& section : file_.sections()) found |= section.name == ".debug_info";
    if (!found)
        file_.fail(
            "no debug information: the prover reads build/kernel.elf, not the stripped kernel.boot.elf");
    elf_version(EV_CURRENT);
    // libelf reads only, but its parameter is not const.
    auto* bytes = const_cast<char*>(reinterpret_cast<const char*>(file_.bytes().data()));
    elf_.reset(elf_memory(bytes, file_.bytes().size()));
    if (!elf_) file_.fail(fmt::format("{}: damaged, build it again", elf_errmsg(-1)));
    dwarf_.reset(dwarf_begin_elf(elf_.get(), DWARF_C_READ, nullptr));
    if (!dwarf_) file_.fail(fmt::format("debug information: {}: damaged, build it again", dwarf_errmsg(-1)));

    for (Dwarf_Off at = 0, next = 0;; at = next) {
        std::size_t header = 0;
        const int answer = dwarf_nextcu(get(), at, &next, &header, nullptr, nullptr, nullptr);
        if (answer > 0) break;
        Unit unit;
        if (answer < 0 || next <= at || !dwarf_offdie(get(), at + header, &unit.die))
            file_.fail(fmt::format("debug information: unit at {:#x}: {}: damaged, build it again", at,
                                   dwarf_errmsg(-1)));
        unit.name = source_name(written_name(unit.die), "");
        units_.push_back(std::move(unit));
    }
    if (units_.empty()) file_.fail("debug information without any unit: damaged, build it again");
}

std::string source_name(std::string_view path, std::string_view unit_name) {
    // NASM writes the folder that it was started in before the name that it was given.
    if (path.starts_with('/') && !unit_name.empty() && path.ends_with(unit_name)) path = unit_name;
    while (path.starts_with("./")) path.remove_prefix(2);
    return std::string(path);
}

void Children::each(Dwarf_Die& parent, const std::function<void(Dwarf_Die&)>& f) {
    Dwarf_Die child;
    if (dwarf_child(&parent, &child) != 0) return;
    if (++depth_ > DEEPEST) info_.file().fail("debug information nested too deeply: damaged, build it again");
    for (Dwarf_Off before = dwarf_dieoffset(&child);; before = dwarf_dieoffset(&child)) {
        f(child);
        if (dwarf_siblingof(&child, &child) != 0) break;
        if (dwarf_dieoffset(&child) <= before)
            info_.file().fail("debug information that leads back to itself: damaged, build it again");
    }
    depth_--;
}

std::optional<std::uint64_t> number(Dwarf_Die& die, unsigned attribute) {
    Dwarf_Attribute found;
    Dwarf_Word value = 0;
    if (!dwarf_attr_integrate(&die, attribute, &found) || dwarf_formudata(&found, &value) != 0) return {};
    return value;
}

bool flag(Dwarf_Die& die, unsigned attribute) {
    Dwarf_Attribute found;
    bool value = false;
    return dwarf_attr_integrate(&die, attribute, &found) && dwarf_formflag(&found, &value) == 0 && value;
}

std::string written_name(Dwarf_Die& die) {
    const char* name = dwarf_diename(&die);
    return name ? name : "";
}

std::optional<u32> static_address(Dwarf_Die& variable) {
    Dwarf_Attribute location;
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (!dwarf_attr(&variable, DW_AT_location, &location) || dwarf_whatform(&location) != DW_FORM_exprloc ||
        dwarf_getlocation(&location, &operations, &count) != 0 || count != 1 ||
        operations[0].atom != DW_OP_addr)
        return {};
    return static_cast<u32>(operations[0].number);
}

void each_range(Dwarf_Die& die, const std::function<void(u32, u32)>& f) {
    Dwarf_Addr base = 0, low = 0, high = 0;
    for (std::ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &low, &high)) > 0;)
        f(static_cast<u32>(low), static_cast<u32>(high));
}

} // namespace forkproof::proofs
