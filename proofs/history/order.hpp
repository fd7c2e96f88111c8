// Whether a ladder releases in the reverse order of what it takes.
#pragma once
#include "proofs/history/inquiry.hpp"
#include <set>

namespace forkproof::proofs {

/// "fs before subsystem state": taken in this order, and also released in it at this exit, by different
/// calls. Left out are things that several steps take, of which it is not plain which release undoes which
/// taking.
std::set<std::string> out_of_order(Inquiry& inquiry, const ExitTerms& exit);

} // namespace forkproof::proofs
