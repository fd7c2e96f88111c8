#include "proofs/image/symbols.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tuple>

#include "proofs/image/names.hpp"

namespace forkproof::proofs {
namespace {

/// Of several at one address: functions and objects before labels, larger ones before smaller, global ones
/// before local ones; then by name, so that the answer never depends on the linker's order.
auto rank(const Symbol& s) {
    const bool label = s.raw.type != STT_FUNC && s.raw.type != STT_OBJECT;
    return std::tuple(s.raw.address, label, ~s.raw.size, s.raw.binding == STB_LOCAL,
                      std::string_view(s.raw.name));
}

} // namespace

Symbols::Symbols(const ElfFile& file, const CodeMap& map) : file_(file.name()) {
    for (RawSymbol& raw : file.symbols()) {
        const std::string with_arguments = name_with_arguments(raw.name);
        all_.push_back({name_without_arguments(with_arguments), with_arguments, std::move(raw)});
    }
    std::sort(all_.begin(), all_.end(), [](const Symbol& a, const Symbol& b) { return rank(a) < rank(b); });
    for (u32 i = 0; i < all_.size(); i++) {
        units_.push_back(all_[i].raw.section < SHN_LORESERVE ? map.unit_of(all_[i].raw.address) : "");
        const std::string& name = all_[i].name;
        add(name, i);
        if (all_[i].with_arguments != name) add(all_[i].with_arguments, i);
        if (!units_[i].empty()) add(fmt::format("{}@{}", name, units_[i]), i);
    }
}

void Symbols::add(const std::string& name, u32 index) {
    auto& list = by_name_[name];
    const bool known = std::any_of(list.begin(), list.end(), [&](u32 other) {
        return all_[other].raw.address == all_[index].raw.address;
    });
    if (!known) list.push_back(index);
}

std::vector<const Symbol*> Symbols::named(const std::string& name) const {
    std::vector<const Symbol*> found;
    if (const auto list = by_name_.find(name); list != by_name_.end())
        for (const u32 index : list->second) found.push_back(&all_[index]);
    // The assembly files' constants are symbols too; an object of the same name is meant before them.
    const auto constant = [](const Symbol* symbol) { return symbol->raw.section >= SHN_LORESERVE; };
    if (!std::all_of(found.begin(), found.end(), constant)) std::erase_if(found, constant);
    return found;
}

const Symbol& Symbols::only(const std::string& name, const std::vector<const Symbol*>& found,
                            const std::string& what) const {
    if (found.empty()) throw BadImage(fmt::format("{}: the kernel has no {} {}", file_, what, name));
    if (found.size() == 1) return *found.front();
    std::vector<std::string> ways;
    for (const Symbol* symbol : found) {
        const std::string& unit = units_[static_cast<std::size_t>(symbol - all_.data())];
        ways.push_back(unit.empty() ? fmt::format("{:#x}", symbol->raw.address)
                                    : fmt::format("{}@{}", symbol->with_arguments, unit));
    }
    throw BadImage(fmt::format("{}: the kernel has {} {}s {}: {}; say which, by its arguments or its file",
                               file_, found.size(), what, name, fmt::join(ways, ", ")));
}

} // namespace forkproof::proofs
