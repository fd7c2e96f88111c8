// What a person sees of the theorems: a line each, why one is not proved, what was asked, and the last line.
#pragma once
#include "proofs/theorem.hpp"

namespace forkproof::proofs {

/// The line above all others, for this width of the longest name.
std::string header_line(std::size_t name_width);

/// "counts/default   proved   1092 queries   0.05 s", then the reasons if it is not proved.
std::vector<std::string> report_lines(const TheoremReport& report, std::size_t name_width);

/// The sentence, and everything that was assumed and asked.
std::vector<std::string> detail_lines(const Theorem& theorem, const TheoremReport& report);

/// "proved: N of N theorems in T s".
std::string last_line(const std::vector<TheoremReport>& reports, double seconds);

/// True if there is at least one report and all are proved.
bool all_proved(const std::vector<TheoremReport>& reports);

} // namespace forkproof::proofs
