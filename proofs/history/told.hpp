// `make history`: linux-2.6.33 refuted, a block for each of its defects, in words.
#pragma once
#include "proofs/history/ladder.hpp"
#include "proofs/rules/rule_history.hpp"

namespace forkproof::proofs {

/// One defect: what is said of it, line by line, and the same by name for JSON.
struct Told {
    std::string id, sentence;
    bool refuted = false;
    std::vector<std::pair<std::string, std::string>> said; ///< name and text: "flags", "NEWPID"
};

/// The seven, in order: B1 B2 B3 B5 of the ladder, B8 B9 B15 of the rules. Each is asked of Z3: it is
/// refuted only if its theorem is proved and its witness found.
std::vector<Told> refute_2_6_33(const Ladder& ladder, const RuleHistory& history);

std::vector<std::string> told_lines(const Told& told);
/// "refuted: 7 of 7", with the names of those that are not.
std::string told_last_line(const std::vector<Told>& all);
bool all_refuted(const std::vector<Told>& all);

} // namespace forkproof::proofs
