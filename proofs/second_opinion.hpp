// The obligations that the theorems have written (obligations.hpp), answered by cvc5 as well.
#pragma once
#include <string>
#include <vector>

namespace forkproof::proofs {

struct SecondOpinion {
    std::size_t asked = 0, agreed = 0;
    std::vector<std::string> complaints; ///< a line for each that is answered otherwise or not at all
};

/// Has `solver` answer each *.smt2 file of the folder, `jobs` at a time, and compares the answer with the
/// file's line (set-info :status ...). A solver that is not there or no file at all is a complaint too. Each
/// is stopped after so many seconds.
SecondOpinion second_opinion(const std::string& folder, unsigned jobs, unsigned seconds_each,
                             const std::string& solver = "cvc5");

/// "second opinion: cvc5 agrees on N of N", and complaints, at most MAX_FAILURE_LINES lines.
std::vector<std::string> second_opinion_lines(const SecondOpinion& opinion);

/// All were asked and all agree.
bool agrees(const SecondOpinion& opinion);

} // namespace forkproof::proofs
