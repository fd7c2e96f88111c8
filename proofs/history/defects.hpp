// What is known to be wrong with the ladder of linux-2.6.33, and how later kernels mended it.
#pragma once
#include "proofs/history/inquiry.hpp"

namespace forkproof::proofs {

/// A resource that an exit leaves wrong, by exactly this much.
struct Wrong {
    std::string resource;
    int held = 0;    ///< taken for the child and kept
    int dropped = 0; ///< of the parent's, which the child never counted
};

struct Defect {
    std::string id, sentence;
    std::string fixed; ///< the kernel that mended it, and how
    std::vector<Wrong> wrong;
    std::vector<std::string> exits; ///< the steps at whose failure it shows, and no others
    LadderWhen when;                ///< the calls in which it shows there, and no others
    void (*mend)(Ladder&);
};

std::vector<Defect> ladder_defects();

/// The theorem of one defect: it shows at its exits, in its calls, and nowhere else. Answers a call for each
/// exit; ends the theorem (NotProved) if it is not so.
std::vector<Witness> show_defect(Inquiry& inquiry, const Defect& defect);

} // namespace forkproof::proofs
