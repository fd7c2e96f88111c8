#include "proofs/image/declared.hpp"

#include <dwarf.h>
#include <fmt/format.h>
#include <set>

#include "proofs/image/names.hpp"

namespace forkproof::proofs {

/// Where a name stands in the source.
struct Declared::Place {
    std::string prefix; // of the names inside it: "Outer::"
    bool local;
    std::string unit;
};

bool is_record(int tag) {
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

Declared::Declared(const DebugInfo& info) : children_(info) {
    for (const Unit& unit : info.units()) {
        Dwarf_Die die = unit.die;
        collect(die, {"", false, unit.name});
    }
    tell_apart();
}

void Declared::collect(Dwarf_Die& parent, const Place& place) {
    children_.each(parent, [&](Dwarf_Die& die) { collect_one(die, place); });
}

void Declared::collect_one(Dwarf_Die& die, const Place& place) {
    const int tag = dwarf_tag(&die);
    switch (tag) {
    case DW_TAG_namespace: {
        const std::string name = written_name(die);
        const bool ours = name.empty() || name == "forkproof";
        collect(die,
                {ours ? place.prefix : place.prefix + name + "::", place.local || name.empty(), place.unit});
        break;
    }
    case DW_TAG_subprogram: {
        const std::string name = written_name(die);
        collect(die, {place.prefix + name + "::", place.local || !flag(die, DW_AT_external), place.unit});
        break;
    }
    case DW_TAG_lexical_block: collect(die, place); break;
    case DW_TAG_variable:
        if (const auto address = static_address(die))
            variables_.emplace(*address, die);
        else if (dwarf_hasattr(&die, DW_AT_const_value))
            constants_.emplace_back(place.prefix + written_name(die), die);
        break;
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
    case DW_TAG_typedef:
    case DW_TAG_base_type: collect_type(die, tag, place); break;
    default: break;
    }
}

void Declared::collect_type(Dwarf_Die& die, int tag, const Place& place) {
    const std::string written = written_name(die);
    const std::string name = written.empty() ? "" : place.prefix + without_namespaces(written);
    if (!name.empty()) {
        names_[dwarf_dieoffset(&die)] = name;
        if (!flag(die, DW_AT_declaration)) types_.push_back({die, name, place.local, place.unit});
    }
    if (is_record(tag)) collect(die, {name.empty() ? place.prefix : name + "::", place.local, place.unit});
}

/// Types of one name that are not the same type get their file's name too.
void Declared::tell_apart() {
    std::unordered_map<std::string, std::set<std::string>> units;
    for (const DeclaredType& found : types_) units[found.name].insert(found.local ? found.unit : "");
    for (DeclaredType& found : types_)
        if (found.local && units[found.name].size() > 1)
            names_[dwarf_dieoffset(&found.die)] = fmt::format("{}@{}", found.name, found.unit);
}

std::string Declared::name_of(Dwarf_Die& die) const {
    const auto known = names_.find(dwarf_dieoffset(&die));
    if (known != names_.end()) return known->second;
    const char* file = dwarf_decl_file(&die);
    int line = 0;
    dwarf_decl_line(&die, &line);
    return fmt::format("(unnamed {}:{})", file ? source_name(file, "") : "", line);
}

} // namespace forkproof::proofs
