#include "proofs/rules/rule_history.hpp"
#include <algorithm>
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

constexpr std::uint32_t V3 = kernel_version(3, 0); ///< from here on two numbers name a version
constexpr unsigned LARGEST_PART = 255;

template <class Rows>
void add(RuleHistory& history, const Rows& rows) {
    std::apply(
        [&](const auto&... r) {
            (history.rows.push_back({{r.id, r.name, r.kind, r.errno_value,
                                      [c = r.condition](const TermView& v) { return c(v); }},
                                     r.rank,
                                     r.since,
                                     r.until}),
             ...);
        },
        rows);
}

} // namespace

RuleTable RuleHistory::at(std::uint32_t version) const {
    std::vector<const DatedRow*> valid;
    for (const DatedRow& row : rows)
        if (row.since <= version && version < row.until) valid.push_back(&row);
    std::stable_sort(valid.begin(), valid.end(),
                     [](const DatedRow* a, const DatedRow* b) { return a->rank < b->rank; });
    RuleTable table;
    RuleSet all;
    for (const DatedRow* row : valid) {
        table.rows.push_back(row->row);
        all = all.with(row->row.id);
    }
    table.profiles = {{version == V2_6_33 ? "linux-2.6.33" : "of its version", all}};
    return table;
}

DatedRow* RuleHistory::find(RuleId id) {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const DatedRow& d) { return d.row.id == id; });
    return found == rows.end() ? nullptr : &*found;
}

RuleHistory shipped_rule_history() {
    RuleHistory history;
    add(history, rules);
    add(history, later_rules);
    return history;
}

std::optional<std::uint32_t> known_version(const std::string& words) {
    std::vector<unsigned> parts{0};
    bool digits = false; // since the last dot
    for (const char c : words) {
        if (c == '.' && digits) {
            parts.push_back(0);
            digits = false;
        } else if (c >= '0' && c <= '9') {
            parts.back() = parts.back() * 10 + static_cast<unsigned>(c - '0');
            digits = true;
            if (parts.back() > LARGEST_PART) return {};
        } else {
            return {};
        }
    }
    if (!digits) return {};
    if (parts.size() < 2 || parts.size() > 3) return {};
    const std::uint32_t version = kernel_version(parts[0], parts[1], parts.size() == 3 ? parts[2] : 0);
    // a stable release has the rows of its version: 3.8.4 those of 3.8
    const std::uint32_t named = version < V3 ? version : version & ~std::uint32_t{LARGEST_PART};
    if (named < FIRST_KNOWN_VERSION || named > LAST_KNOWN_VERSION) return {};
    if (named < V3 && named > kernel_version(2, 6, 39)) return {};
    return named;
}

std::string version_words(std::uint32_t version) {
    constexpr unsigned BYTE = 8, MASK = 0xff;
    const unsigned major = version >> 2 * BYTE, minor = version >> BYTE & MASK, patch = version & MASK;
    return version < V3 ? fmt::format("{}.{}.{}", major, minor, patch) : fmt::format("{}.{}", major, minor);
}

} // namespace forkproof::proofs
