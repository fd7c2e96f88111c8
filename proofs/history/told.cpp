#include "proofs/history/told.hpp"
#include "proofs/history/defects.hpp"
#include "proofs/history/rule_defects.hpp"
#include "proofs/history/theorems.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs {
namespace {

/// What the program must come to: all of these, each refuted.
constexpr const char* ALL_DEFECTS[] = {"B1", "B2", "B3", "B5", "B8", "B9", "B15"};

std::string joined_or(const std::vector<std::string>& words, const char* otherwise) {
    return words.empty() ? otherwise : fmt::format("{}", fmt::join(words, ", "));
}

std::string caller_words(const VerdictContext& context, std::uint32_t brings, bool reset_on_fork) {
    std::vector<std::string> words;
    for (const LadderBringsName& row : ladder_brings_names)
        if (brings & row.bit) words.emplace_back(row.name);
    for (const ContextField& field : context_fields)
        if (context.*field.plain) words.emplace_back(field.name);
    if (reset_on_fork) words.emplace_back("reset-on-fork");
    return joined_or(words, "anybody");
}

/// The last witness: the one that fails latest, with most in hand.
void tell(Told& told, const Ladder& ladder, const Defect& defect, const std::vector<Witness>& shown) {
    const Witness& last = shown.back();
    std::vector<std::string> others;
    others.reserve(shown.size());
    for (const Witness& witness : shown) others.push_back(witness.run.failed);
    told.said = {
        {"flags", flag_words(last.call.flags)},
        {"caller", caller_words(last.call.context, last.call.brings, false)},
        {"fails at",
         fmt::format("{}, jumping to {}", last.run.failed, ladder.steps[ladder.step(last.run.failed)].label)},
        {"leaves", left_words(last.run)},
        {"also at", fmt::format("{}", fmt::join(others.begin(), others.end() - 1, " "))},
        {"fixed in", defect.fixed},
    };
}

Told of_ladder(const Ladder& ladder, const Defect& defect) {
    Told told{defect.id, defect.sentence, false, {}};
    Setting setting;
    setting.examples = true; // the simplest witnesses
    const HistoryTheorem theorem{
        "history/" + defect.id, defect.sentence, WhichLadder::listing,
        [&](Inquiry& inquiry) { tell(told, ladder, defect, show_defect(inquiry, defect)); }};
    const TheoremReport report = run_history_theorem(theorem, ladder, setting);
    told.refuted = report.outcome == Outcome::proved;
    if (!told.refuted) {
        told.said.clear();
        for (const std::string& line : report.why) told.said.emplace_back("why not", line);
    }
    return told;
}

void tell(Told& told, const RuleDefect& defect, const RuleWitness& witness, std::uint32_t mended) {
    told.said = {{"flags", flag_words(witness.call.flags)},
                 {"caller", caller_words(witness.call.context, 0, witness.call.reset_on_fork)},
                 {"fails at", "nothing: no rule refuses it, and a child is made"}};
    std::vector<std::string> numbers;
    for (const auto& [words, value] : witness.shown) numbers.push_back(fmt::format("{} {}", words, value));
    told.said.emplace_back("breaks", defect.statement);
    if (!numbers.empty()) told.said.emplace_back("with", fmt::format("{}", fmt::join(numbers, "; ")));
    told.said.emplace_back("fixed in", fmt::format("{}: {}", version_words(mended), defect.mended));
    told.said.emplace_back("see it", defect.by_hand);
}

/// Refuted in 2.6.33, and mended by the row that is named.
Told of_rules(const RuleHistory& history, const RuleDefect& defect) {
    Told told{defect.id, defect.sentence, false, {}};
    auto not_so = [&](const std::string& why) { told.said = {{"why not", why}}; };
    try {
        const std::optional<RuleWitness> witness = rule_witness(defect, history.at(V2_6_33));
        const std::optional<std::uint32_t> mended = mended_in(defect, history);
        const char* row = rule_texts[defect.missing].name;
        if (!witness) {
            not_so(fmt::format("2.6.33's rows do not let it happen; is {} among them?", row));
        } else if (!mended) {
            not_so(fmt::format("no kernel has the row {}", row));
        } else if (rule_witness(defect, history.at(*mended))) {
            not_so(fmt::format("the row {} of {} does not mend it", row, version_words(*mended)));
        } else {
            tell(told, defect, *witness, *mended);
            told.refuted = true;
        }
    } catch (const NotProved& failure) {
        not_so(fmt::format("{}", fmt::join(failure.lines, "; ")));
    }
    return told;
}

} // namespace

std::vector<Told> refute_2_6_33(const Ladder& ladder, const RuleHistory& history) {
    std::vector<Told> all;
    for (const Defect& defect : ladder_defects()) {
        all.push_back(of_ladder(ladder, defect));
        if (all.back().refuted && defect.id != "B3") // the kernel has no keyrings
            all.back().said.emplace_back("see it", "make break LADDER=linux-2.6.33");
    }
    for (const RuleDefect& defect : rule_defects()) all.push_back(of_rules(history, defect));
    return all;
}

std::vector<std::string> told_lines(const Told& told) {
    std::vector<std::string> lines{
        fmt::format("{:<4} {}{}", told.id, told.refuted ? "" : "NOT REFUTED: ", told.sentence)};
    constexpr std::size_t NAME_WIDTH = 9;
    for (const auto& [name, text] : told.said)
        lines.push_back(fmt::format("     {:<{}} {}", name, NAME_WIDTH, text));
    return lines;
}

namespace {
bool is_refuted(const std::vector<Told>& all, const char* id) {
    return std::any_of(all.begin(), all.end(), [&](const Told& t) { return t.id == id && t.refuted; });
}
} // namespace

bool all_refuted(const std::vector<Told>& all) {
    return std::all_of(std::begin(ALL_DEFECTS), std::end(ALL_DEFECTS),
                       [&](const char* id) { return is_refuted(all, id); });
}

std::string told_last_line(const std::vector<Told>& all) {
    std::vector<std::string> yes, no;
    for (const char* id : ALL_DEFECTS) (is_refuted(all, id) ? yes : no).emplace_back(id);
    return fmt::format("linux-2.6.33 refuted: {} of {} defects ({}){}", yes.size(), std::size(ALL_DEFECTS),
                       fmt::join(yes, " "), no.empty() ? "" : fmt::format("; not {}", fmt::join(no, " ")));
}

} // namespace forkproof::proofs
