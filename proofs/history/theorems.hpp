// The theorems about the ladder of linux-2.6.33, and the kernel's own over the same abstract steps.
#pragma once
#include "proofs/history/inquiry.hpp"
#include <functional>

namespace forkproof::proofs {

enum class WhichLadder : std::uint8_t { listing, own };

struct HistoryTheorem {
    std::string name, sentence;
    WhichLadder about = WhichLadder::listing;
    std::function<void(Inquiry&)> body;
};

/// All, in the order in which they are reported; then the groups.
std::vector<HistoryTheorem> all_history_theorems();
std::vector<HistoryTheorem> defect_theorems();
std::vector<HistoryTheorem> ladder_rule_theorems();
std::vector<HistoryTheorem> label_theorems();
std::vector<HistoryTheorem> code_theorems();
std::vector<HistoryTheorem> own_ladder_theorems();

/// Runs one over this ladder. A theorem that asks nothing is vacuous; an exception of Z3 is unknown.
TheoremReport run_history_theorem(const HistoryTheorem& theorem, const Ladder& ladder,
                                  const Setting& setting = {});

/// The same over the ladder in invariants/ and the kernel's own, as the image has it, for `prove`.
std::vector<Theorem> history_theorems();

} // namespace forkproof::proofs
