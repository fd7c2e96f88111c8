// The ladder as i386 code in the executor.
#include "proofs/history/defects.hpp"
#include "proofs/history/theorems.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace forkproof::proofs {
namespace {

bool shows(const LadderRun& run, const Defect& defect) {
    return std::all_of(defect.wrong.begin(), defect.wrong.end(), [&](const Wrong& wrong) {
        const auto left = run.left.find(wrong.resource);
        return left != run.left.end() && left->second == PlainLeft{wrong.held, wrong.dropped, false};
    });
}

/// One call that can show every defect, through the code with each step failing that can.
void every_failure(Inquiry& inquiry) {
    const ExitTerms& last = inquiry.at("signal-check");
    std::uint32_t all_brings = 0;
    for (const LadderBringsName& row : ladder_brings_names) all_brings |= row.bit;
    const LadderCallTerms& call = inquiry.call();
    z3::expr condition = call.brings == inquiry.z3().bv_val(all_brings, 32);
    for (const Defect& defect : ladder_defects()) condition = condition && call.holds(defect.when);
    const Witness found = inquiry.find("a call that brings all and shows all defects", last, condition);
    const std::vector<LadderRun> runs = inquiry.follow_code(found.call);
    std::set<std::string> ended;
    for (const LadderRun& run : runs) ended.insert(run.failed);
    for (const Defect& defect : ladder_defects()) {
        std::set<std::string> expected, seen;
        for (const std::string& step : defect.exits)
            if (ended.contains(step)) expected.insert(step);
        for (const LadderRun& run : runs)
            if (shows(run, defect)) seen.insert(run.failed);
        if (expected != seen)
            inquiry.refute({fmt::format("{} shows in the code at {}", defect.id, fmt::join(seen, " ")),
                            fmt::format("and is known to show at {}", fmt::join(expected, " "))});
        inquiry.say(fmt::format("  {} at {}", defect.id, fmt::join(seen, " ")));
    }
    inquiry.check("some path makes a child", ended.contains(""));
    inquiry.say(
        fmt::format("  {} paths, which end in {} places; each as the plain run", runs.size(), ended.size()));
}

} // namespace

std::vector<HistoryTheorem> code_theorems() {
    return {{"history/code",
             "2.6.33's ladder written as i386 code, whatever fails of a call that brings all, leaves in the "
             "executor "
             "what the plain run leaves: the defects at their exits",
             WhichLadder::listing, every_failure}};
}

} // namespace forkproof::proofs
