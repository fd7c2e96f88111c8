#include "proofs/mutants/results.hpp"
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

namespace forkproof::proofs::mutants {
namespace {

constexpr std::array FATES = {"refuted", "equivalent", "stopped", "survived", "lost"};

nlohmann::ordered_json as_json(const MutantResult& mutant) {
    return {{"name", mutant.name},         {"source", mutant.source},  {"kind", mutant.kind},
            {"line", mutant.line},         {"words", mutant.words},    {"fate", fate_word(mutant.fate)},
            {"why", mutant.why},           {"asked", mutant.asked},    {"refuted_by", mutant.refuted_by},
            {"complete", mutant.complete}, {"seconds", mutant.seconds}};
}

MutantResult mutant_of(const nlohmann::json& json, const std::string& where) {
    MutantResult mutant;
    json.at("name").get_to(mutant.name);
    json.at("source").get_to(mutant.source);
    json.at("kind").get_to(mutant.kind);
    json.at("line").get_to(mutant.line);
    json.at("words").get_to(mutant.words);
    json.at("why").get_to(mutant.why);
    json.at("asked").get_to(mutant.asked);
    json.at("refuted_by").get_to(mutant.refuted_by);
    json.at("complete").get_to(mutant.complete);
    json.at("seconds").get_to(mutant.seconds);
    const auto fate = std::find(FATES.begin(), FATES.end(), json.at("fate").get<std::string>());
    if (fate == FATES.end()) throw BadResults(where + ": a mutant has a fate that there is not");
    mutant.fate = static_cast<Fate>(fate - FATES.begin());
    return mutant;
}

} // namespace

const char* fate_word(Fate fate) { return FATES.at(static_cast<std::size_t>(fate)); }

std::string as_json(const Results& results) {
    nlohmann::ordered_json json;
    json["about"] = results.about;
    json["part"] = results.part;
    json["parts"] = results.parts;
    json["machine"] = results.machine;
    json["source"] = results.source;
    json["sample"] = results.sample;
    json["theorems"] = results.theorems;
    json["unreached"] = results.unreached;
    json["mutants"] = nlohmann::json::array();
    for (const MutantResult& mutant : results.mutants) json["mutants"].push_back(as_json(mutant));
    return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Results from_json(const std::string& text, const std::string& where) try {
    const nlohmann::json json = nlohmann::json::parse(text);
    Results results;
    json.at("about").get_to(results.about);
    json.at("part").get_to(results.part);
    json.at("parts").get_to(results.parts);
    json.at("machine").get_to(results.machine);
    json.at("source").get_to(results.source);
    json.at("sample").get_to(results.sample);
    json.at("theorems").get_to(results.theorems);
    json.at("unreached").get_to(results.unreached);
    for (const nlohmann::json& mutant : json.at("mutants"))
        results.mutants.push_back(mutant_of(mutant, where));
    return results;
} catch (const nlohmann::json::exception&) {
    throw BadResults(where + ": is no result of mutants (made by --out)");
}

Results merge(const std::vector<Results>& parts) {
    if (parts.empty()) throw BadResults("nothing to merge");
    Results all = parts.front();
    all.part = all.parts = 1;
    all.mutants.clear();
    std::set<unsigned> seen;
    for (const Results& part : parts) {
        if (part.about != parts.front().about || part.parts != parts.front().parts ||
            part.machine != all.machine || part.source != all.source || part.sample != all.sample)
            throw BadResults("the results are of different kernels, provers or choices; run all parts anew");
        if (!seen.insert(part.part).second)
            throw BadResults(fmt::format("part {} of {} is given twice", part.part, part.parts));
        all.mutants.insert(all.mutants.end(), part.mutants.begin(), part.mutants.end());
    }
    for (unsigned part = 1; part <= parts.front().parts; part++)
        if (!seen.contains(part))
            throw BadResults(fmt::format("part {} of {} is missing", part, parts.front().parts));
    if (all.mutants.size() != all.machine + all.source)
        throw BadResults(fmt::format("the parts have {} mutants together, not {}", all.mutants.size(),
                                     all.machine + all.source));
    std::sort(all.mutants.begin(), all.mutants.end(), [](const MutantResult& a, const MutantResult& b) {
        return std::pair(a.source, a.name) < std::pair(b.source, b.name);
    });
    return all;
}

} // namespace forkproof::proofs::mutants
