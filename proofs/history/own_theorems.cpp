// The kernel's own ladder over the same abstract steps.
#include "proofs/history/order.hpp"
#include "proofs/history/theorems.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs {
namespace {

void leaves_nothing(Inquiry& inquiry) {
    for (const std::string& step : inquiry.exits()) {
        const ExitTerms& exit = inquiry.at(step);
        inquiry.prove(fmt::format("nothing is wrong after a call that fails at {}", step), exit,
                      inquiry.z3().bool_val(true), Inquiry::nothing_left(exit));
        for (const std::string& pair : out_of_order(inquiry, exit))
            inquiry.refute({fmt::format("at {}: {} is released first, and was taken first", step, pair)});
    }
    inquiry.say(fmt::format("  right   at {}", fmt::join(inquiry.exits(), " ")));
}

} // namespace

std::vector<HistoryTheorem> own_ladder_theorems() {
    return {{"history/own-ladder",
             "the kernel's own ladder, over the same abstract steps, gives back exactly what was taken, last "
             "taken first, at every exit",
             WhichLadder::own, leaves_nothing}};
}

} // namespace forkproof::proofs
