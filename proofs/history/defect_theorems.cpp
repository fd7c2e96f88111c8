// Each known defect shows at exactly its exits, in exactly its calls; nothing else is wrong; and each mended
// by itself is gone.
#include "proofs/history/defects.hpp"
#include "proofs/history/theorems.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs {
namespace {

bool one_of(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The calls in which this defect shows at an exit. A step that fails leaves its own work behind only if it
/// keeps it.
z3::expr shows(Inquiry& inquiry, const Defect& defect, const ExitTerms& exit) {
    const Ladder& ladder = inquiry.ladder();
    const std::string& failed = ladder.steps[exit.step].name;
    if (!one_of(defect.exits, failed)) return inquiry.z3().bool_val(false);
    z3::expr when = inquiry.call().holds(defect.when);
    for (const Ladder::Take& take : ladder.takes)
        if (take.resource == defect.wrong.front().resource && take.step == failed)
            when = when && inquiry.call().keeps[exit.step];
    return when;
}

/// What the defect's resources come to: all of them wrong as it says, or all as they were.
struct Verdicts {
    z3::expr wrong, right;
};
Verdicts verdicts(Inquiry& inquiry, const Defect& defect, const ExitTerms& exit) {
    Verdicts v{inquiry.z3().bool_val(true), inquiry.z3().bool_val(true)};
    for (const Wrong& w : defect.wrong) {
        const LeftTerms& left = inquiry.left(exit, w.resource);
        v.wrong = v.wrong && left.held == w.held && left.dropped == w.dropped && !left.wild;
        v.right = v.right && left.nothing();
    }
    return v;
}

} // namespace

std::vector<Witness> show_defect(Inquiry& inquiry, const Defect& defect) {
    std::vector<Witness> shown;
    std::vector<std::string> never;
    for (const std::string& step : inquiry.exits()) {
        const ExitTerms& exit = inquiry.at(step);
        const Verdicts v = verdicts(inquiry, defect, exit);
        const z3::expr when = shows(inquiry, defect, exit);
        if (one_of(defect.exits, step)) {
            const Witness found = inquiry.find(fmt::format("a call that shows {} at {}", defect.id, step),
                                               exit, when && v.wrong);
            inquiry.say("  wrong   " + found.line());
            inquiry.run_code(found);
            shown.push_back(found);
            inquiry.prove(fmt::format("every call in which {} can show at {} shows it", defect.id, step),
                          exit, when, v.wrong);
        } else {
            never.push_back(step);
        }
        inquiry.prove(fmt::format("no other call shows {} at {}", defect.id, step), exit, !when, v.right);
    }
    inquiry.say("  right   in every other call that fails there");
    inquiry.say(fmt::format("  right   always, at {}", fmt::join(never, " ")));
    inquiry.say("  replay  of each call shown, with plain numbers and as i386 code: the same is left");
    return shown;
}

namespace {

void nothing_else(Inquiry& inquiry) {
    const std::vector<Defect> defects = ladder_defects();
    for (const std::string& step : inquiry.exits()) {
        const ExitTerms& exit = inquiry.at(step);
        z3::expr defective = inquiry.z3().bool_val(false);
        std::vector<std::string> ids;
        for (const Defect& defect : defects)
            if (one_of(defect.exits, step)) {
                defective = defective || shows(inquiry, defect, exit);
                ids.push_back(defect.id);
            }
        inquiry.prove(fmt::format("nothing is wrong after a call that fails at {}", step), exit, !defective,
                      Inquiry::nothing_left(exit));
        inquiry.say(fmt::format("  right   at {}{}", step,
                                ids.empty() ? "" : fmt::format(", but for {}", fmt::join(ids, " "))));
    }
}

void every_release_is_needed(Inquiry& inquiry) {
    const std::vector<Ladder::Release>& rows = inquiry.ladder().releases;
    std::vector<std::string> needed;
    for (std::size_t i = 0; i < rows.size(); i++) {
        if (rows[i].call.empty()) continue;
        const std::string words = fmt::format("{} gives back {}", rows[i].call, rows[i].resource);
        const std::vector<std::string> exits = inquiry.exits();
        if (std::none_of(exits.rbegin(), exits.rend(), [&](const std::string& step) {
                return inquiry.possible(fmt::format("{} at {}", words, step), inquiry.at(step),
                                        inquiry.at(step).released[i]);
            }))
            inquiry.refute({fmt::format("no failed call in which {}", words)});
        inquiry.say("  " + words);
    }
}

/// The ladder with all of these mended but the one called `but`.
Ladder mended(Ladder ladder, const std::string& but) {
    for (const Defect& defect : ladder_defects())
        if (defect.id != but) defect.mend(ladder);
    return ladder;
}

void can_be_mended(Inquiry& inquiry) {
    auto whole = inquiry.with(mended(inquiry.ladder(), ""));
    for (const std::string& step : whole->exits())
        whole->prove(fmt::format("all mended, nothing is wrong after a call that fails at {}", step),
                     whole->at(step), whole->z3().bool_val(true), Inquiry::nothing_left(whole->at(step)));
    inquiry.say("  all four mended: nothing is wrong at any exit");
    for (const Defect& defect : ladder_defects()) {
        auto rest = inquiry.with(mended(inquiry.ladder(), defect.id));
        const ExitTerms& last = rest->at("signal-check");
        const Witness found = rest->find(fmt::format("{} without its own mending", defect.id), last,
                                         !Inquiry::nothing_left(last));
        inquiry.say(fmt::format("  all but {}: {}", defect.id, found.line()));
        rest->prove(fmt::format("with the others mended {} is all that is wrong", defect.id), last,
                    !verdicts(*rest, defect, last).wrong, Inquiry::nothing_left(last));
    }
}

} // namespace

std::vector<HistoryTheorem> defect_theorems() {
    std::vector<HistoryTheorem> all;
    for (const Defect& defect : ladder_defects())
        all.push_back({"history/" + defect.id, defect.sentence, WhichLadder::listing,
                       [defect](Inquiry& inquiry) { show_defect(inquiry, defect); }});
    all.push_back(
        {"history/nothing-else",
         "but for B1, B2, B3 and B5, whatever fails, 2.6.33's ladder gives back exactly what was taken",
         WhichLadder::listing, nothing_else});
    all.push_back({"history/every-release",
                   "each release of 2.6.33's ladder has something to do in some failed call",
                   WhichLadder::listing, every_release_is_needed});
    all.push_back({"history/mended",
                   "2.6.33's ladder with four corrections is right at every exit, with three it is not",
                   WhichLadder::listing, can_be_mended});
    return all;
}

} // namespace forkproof::proofs
