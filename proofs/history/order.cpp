#include "proofs/history/order.hpp"
#include <algorithm>
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

/// This taking, of a step that is not after the exit, happened.
z3::expr happened(const Inquiry& inquiry, const Ladder::Take& take, const ExitTerms& exit) {
    const std::size_t step = inquiry.ladder().step(take.step);
    const LadderCallTerms& call = inquiry.call();
    z3::expr done = call.holds(take.when);
    if (take.luck) done = done && !call.unlucky[step];
    return step == exit.step ? done && call.keeps[step] : done;
}

/// Taken by one step only: of such a resource it is plain which release undoes which taking.
bool of_one_step(const Ladder& ladder, const std::string& resource) {
    std::set<std::string> steps;
    for (const Ladder::Take& take : ladder.takes)
        if (take.resource == resource) steps.insert(take.step);
    return steps.size() == 1;
}

} // namespace

std::set<std::string> out_of_order(Inquiry& inquiry, const ExitTerms& exit) {
    const Ladder& ladder = inquiry.ladder();
    const std::vector<Ladder::Release>& rows = ladder.releases;
    auto released_by = [&](const std::string& resource) {
        return std::find_if(rows.begin(), rows.end(),
                            [&](const Ladder::Release& r) { return r.resource == resource; });
    };
    auto at = [&](auto row) { return exit.released[static_cast<std::size_t>(row - rows.begin())]; };
    std::set<std::string> wrong;
    for (const Ladder::Take& early : ladder.takes)
        for (const Ladder::Take& late : ladder.takes) {
            if (ladder.step(early.step) >= ladder.step(late.step) || ladder.step(late.step) > exit.step)
                continue;
            if (!of_one_step(ladder, early.resource) || !of_one_step(ladder, late.resource)) continue;
            const auto first = released_by(early.resource), second = released_by(late.resource);
            if (first >= second || second == rows.end() || first->call == second->call) continue;
            const std::string words = fmt::format("{} before {}", early.resource, late.resource);
            if (inquiry.possible(words, exit,
                                 happened(inquiry, early, exit) && happened(inquiry, late, exit) &&
                                     at(first) && at(second)))
                wrong.insert(words);
        }
    return wrong;
}

} // namespace forkproof::proofs
