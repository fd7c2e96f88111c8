#include "proofs/history/json.hpp"
#include <algorithm>
#include <nlohmann/json.hpp>

namespace forkproof::proofs {
namespace {

using Json = nlohmann::ordered_json;

Json combinations(const std::vector<Combination>& found, std::uint32_t version) {
    Json rows = Json::array();
    for (const Combination& one : found)
        rows.push_back({{"combination", parts_words(one.parts, version)},
                        {"flags", one.example.flags},
                        {"flag_names", flag_words_of(one.example.flags, version)},
                        {"refused_by", one.refused_by},
                        {"errno", errno_name(one.error)}});
    return rows;
}

Json defect(const Told& told) {
    Json said = Json::object();
    for (const auto& [name, text] : told.said) said[name] = text;
    return {{"id", told.id}, {"sentence", told.sentence}, {"refuted", told.refuted}, {"said", said}};
}

} // namespace

std::string history_json(const Comparison& comparison, const std::vector<Told>& defects) {
    const std::uint32_t newer = std::max(comparison.from, comparison.to);
    Json rows = Json::array();
    for (const Told& told : defects) rows.push_back(defect(told));
    const auto refuted =
        std::count_if(defects.begin(), defects.end(), [](const Told& t) { return t.refuted; });
    const Json all{{"from", version_words(comparison.from)},
                   {"to", version_words(comparison.to)},
                   {"only_from", combinations(comparison.only_from, newer)},
                   {"only_to", combinations(comparison.only_to, newer)},
                   {"effects", comparison.effects},
                   {"defects", rows},
                   {"refuted", refuted},
                   {"total", defects.size()}};
    return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace forkproof::proofs
