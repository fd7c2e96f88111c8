#include "proofs/why/json.hpp"
#include "proofs/why/told.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace forkproof::proofs::why {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kind_name(RuleKind kind) {
    switch (kind) {
    case RuleKind::structure: return "structure";
    case RuleKind::privilege: return "privilege";
    case RuleKind::policy: return "policy";
    case RuleKind::limit: return "limit";
    case RuleKind::effect: return "effect";
    }
    return "";
}

Json witness_json(const Witness& witness) {
    Json calls = Json::array(), breaks = Json::array();
    for (const PlainStep& step : witness.calls) calls.push_back(step.line());
    for (const Wrong& wrong : witness.wrong)
        breaks.push_back({{"invariant", wrong.name}, {"sentence", wrong.sentence}});
    return {{"from", start_words(witness)},
            {"calls", calls},
            {"refused", witness.refused},
            {"at", witness.at()},
            {"breaks", breaks}};
}

Json rule_json(const RuleWhy& why) {
    Json row{{"name", why.rule.name},
             {"kind", kind_name(why.rule.kind)},
             {"errno", refusal_words(why.rule)},
             {"guards", why.rule.guards},
             {"why", why.rule.why},
             {"necessary", why.is_necessary()}};
    if (why.needless) row["needed"] = needless_words(why);
    if (why.witness) row["witness"] = witness_json(*why.witness);
    if (!why.also.empty()) {
        row["also"] = Json::array();
        for (const Witness& also : why.also) row["also"].push_back(witness_json(also));
    }
    if (why.pair) row["together"] = {{"rule", why.together}, {"witness", witness_json(*why.pair)}};
    row["problems"] = why.problems;
    row["seconds"] = why.seconds;
    return row;
}

} // namespace

std::string why_json(const std::vector<RuleWhy>& all) {
    Json rows = Json::array();
    for (const RuleWhy& why : all) rows.push_back(rule_json(why));
    const auto necessary =
        std::count_if(all.begin(), all.end(), [](const RuleWhy& w) { return w.is_necessary(); });
    const Json json{{"rules", rows}, {"total", all.size()}, {"necessary", necessary}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<report::Case> why_cases(const std::vector<RuleWhy>& all) {
    std::vector<report::Case> cases;
    for (const RuleWhy& why : all)
        cases.push_back({kind_name(why.rule.kind), why.rule.name, why.seconds,
                         fmt::format("{}", fmt::join(why.problems, "\n")),
                         fmt::format("{}", fmt::join(told_lines(why), "\n"))});
    return cases;
}

} // namespace forkproof::proofs::why
