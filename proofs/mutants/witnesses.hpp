// Which mutant shows that a theorem is needed: that it alone refutes. They are found once (--find-witnesses),
// kept in tests/mutants/witnesses, and asked of all theorems in each run.
#pragma once
#include "proofs/mutants/results.hpp"
#include <map>

namespace forkproof::proofs::mutants {

/// By theorem, a mutant's name.
using Witnesses = std::map<std::string, std::string>;

/// Lines "theorem mutant"; what begins with # is for people. Nothing if there is no such file.
Witnesses read_witnesses(const std::string& path);
/// Of each theorem that refutes a mutant alone, the first such one.
Witnesses witnesses_in(const Results& results);
void write_witnesses(const std::string& path, const Witnesses& witnesses);

} // namespace forkproof::proofs::mutants
