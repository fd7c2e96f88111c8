#include "proofs/history/witness.hpp"
#include "proofs/rules/counterexample.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs {

std::string left_words(const LadderRun& run) {
    std::vector<std::string> words;
    for (const auto& [resource, left] : run.left) {
        if (left.held != 0) words.push_back(fmt::format("{}: {} held", resource, left.held));
        if (left.dropped != 0)
            words.push_back(fmt::format("{}: {} of the parent's dropped", resource, left.dropped));
        if (left.wild) words.push_back(fmt::format("{}: given back, and never there", resource));
    }
    return words.empty() ? "nothing" : fmt::format("{}", fmt::join(words, ", "));
}

std::string Witness::line() const {
    std::vector<std::string> brings;
    for (const LadderBringsName& row : ladder_brings_names)
        if (call.brings & row.bit) brings.emplace_back(row.name);
    for (const ContextField& field : context_fields)
        if (call.context.*field.plain) brings.emplace_back(field.name);
    return fmt::format("{}{}{}; fails at {}; {}", flag_words(call.flags), brings.empty() ? "" : " with ",
                       fmt::join(brings, ", "), run.failed, left_words(run));
}

} // namespace forkproof::proofs
