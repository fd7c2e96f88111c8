// What a person sees of the theorems: a line each, why one is not proved, what was asked, and the last lines.
#pragma once
#include "proofs/theorem.hpp"

namespace forkproof::proofs {

/// The line above all others, for this width of the longest name.
std::string header_line(std::size_t name_width);

/// "steps/copy-mm   proved   12   48   0.31 s" (paths, queries, time, or `cached`), then the reasons if it is
/// not proved.
std::vector<std::string> report_lines(const TheoremReport& report, std::size_t name_width);

/// The sentence, what it assumes, and everything that was asked.
std::vector<std::string> detail_lines(const Theorem& theorem, const TheoremReport& report);

/// "assumptions: N, each shown satisfiable", if that is so.
std::string assumptions_line(const std::vector<TheoremReport>& reports);

/// "proved: N of N theorems in T s".
std::string last_line(const std::vector<TheoremReport>& reports, double seconds);

/// True if there is at least one report and all are proved.
bool all_proved(const std::vector<TheoremReport>& reports);

/// The reports as JUnit's XML, a case each, in a file. Throws std::runtime_error, which names it.
void write_junit(const std::string& file, const std::vector<Theorem>& theorems,
                 const std::vector<TheoremReport>& reports);

/// The reports and their totals as JSON, for other programs.
std::string as_json(const std::vector<Theorem>& theorems, const std::vector<TheoremReport>& reports,
                    double seconds);

} // namespace forkproof::proofs
