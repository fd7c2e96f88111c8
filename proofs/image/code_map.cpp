#include "proofs/image/code_map.hpp"

#include <algorithm>
#include <dwarf.h>
#include <fmt/format.h>
#include <tuple>

#include "proofs/image/names.hpp"
#include "proofs/image/sorted.hpp"

namespace forkproof::proofs {
namespace {

/// Named as the symbol table would name it.
std::string function_name(Dwarf_Die& die) {
    Dwarf_Attribute linkage;
    const char* symbol = nullptr;
    if (dwarf_attr_integrate(&die, DW_AT_linkage_name, &linkage)) symbol = dwarf_formstring(&linkage);
    return symbol ? name_without_arguments(name_with_arguments(symbol)) : written_name(die);
}

} // namespace

CodeMap::CodeMap(const DebugInfo& info) {
    Children children(info);
    for (const Unit& unit : info.units()) {
        Dwarf_Die die = unit.die;
        each_range(die, [&](u32 low, u32 high) { stretches_.push_back({low, high, unit.name}); });
        read_lines(unit);
        read_scopes(unit, children, die, 0);
    }
    // Where a row of one unit ends at the address at which a row of another begins, the latter counts.
    std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
        return std::tuple(a.address, a.line != 0) < std::tuple(b.address, b.line != 0);
    });
    std::stable_sort(inlined_.begin(), inlined_.end(), [](const Inlined& a, const Inlined& b) {
        return std::tuple(a.low, a.depth) < std::tuple(b.low, b.depth);
    });
    std::stable_sort(stretches_.begin(), stretches_.end(),
                     [](const Stretch& a, const Stretch& b) { return a.low < b.low; });
}

void CodeMap::read_lines(const Unit& unit) {
    Dwarf_Lines* lines = nullptr;
    std::size_t count = 0;
    Dwarf_Die die = unit.die;
    if (dwarf_getsrclines(&die, &lines, &count) != 0) return; // a unit of types alone has none
    for (std::size_t i = 0; i < count; i++) {
        Dwarf_Line* row = dwarf_onesrcline(lines, i);
        Dwarf_Addr address = 0;
        int line = 0;
        bool ends = false;
        const char* path = dwarf_linesrc(row, nullptr, nullptr);
        if (dwarf_lineaddr(row, &address) != 0 || dwarf_lineno(row, &line) != 0 ||
            dwarf_lineendsequence(row, &ends) != 0 || !path)
            continue;
        const auto [file, is_new] =
            file_numbers_.try_emplace(source_name(path, unit.name), static_cast<u32>(files_.size()));
        if (is_new) files_.push_back(file->first);
        rows_.push_back({static_cast<u32>(address), file->second, ends ? 0 : line});
    }
}

void CodeMap::read_scopes(const Unit& unit, Children& children, Dwarf_Die& parent, unsigned depth) {
    children.each(parent, [&](Dwarf_Die& die) {
        switch (dwarf_tag(&die)) {
        case DW_TAG_inlined_subroutine: {
            const std::string name = function_name(die);
            each_range(die, [&](u32 low, u32 high) { inlined_.push_back({low, high, depth + 1, name}); });
            read_scopes(unit, children, die, depth + 1);
            break;
        }
        case DW_TAG_subprogram:
        case DW_TAG_lexical_block:
        case DW_TAG_namespace: read_scopes(unit, children, die, depth); break;
        case DW_TAG_variable:
            if (const auto address = static_address(die)) variable_units_[*address] = unit.name;
            break;
        default: break;
        }
    });
}

std::string CodeMap::line_of(u32 address) const {
    const Row* row = last_at_or_below(rows_, address, [](const Row& r) { return r.address; });
    return row && row->line > 0 ? fmt::format("{}:{}", files_[row->file], row->line) : "";
}

std::vector<std::string> CodeMap::inlined_at(u32 address, u32 function) const {
    std::vector<const Inlined*> around;
    auto at = std::upper_bound(inlined_.begin(), inlined_.end(), address,
                               [](u32 wanted, const Inlined& element) { return wanted < element.low; });
    while (at != inlined_.begin() && (--at)->low >= function)
        if (address < at->high) around.push_back(&*at);
    std::stable_sort(around.begin(), around.end(),
                     [](const Inlined* a, const Inlined* b) { return a->depth > b->depth; });
    std::vector<std::string> names;
    names.reserve(around.size() + 1); // the caller adds the real one
    for (const Inlined* inlined : around) names.push_back(inlined->name);
    return names;
}

std::string CodeMap::unit_of(u32 address) const {
    if (const auto variable = variable_units_.find(address); variable != variable_units_.end())
        return variable->second;
    const Stretch* stretch = last_at_or_below(stretches_, address, [](const Stretch& s) { return s.low; });
    return stretch && address < stretch->high ? stretch->unit : "";
}

} // namespace forkproof::proofs
