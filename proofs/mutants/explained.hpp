// What is known and accepted: code that no theorem executes, and mutants that none refutes, each with a
// reason. What is not named here makes `make mutants` fail, and so does a row that names nothing (any more).
#pragma once
#include "proofs/mutants/coverage.hpp"
#include "proofs/mutants/results.hpp"
#include <array>
#include <string_view>

namespace forkproof::proofs::mutants {

struct DeadCode {
    std::string_view function; ///< as proofs/image names it
    std::string_view source;   ///< a part of the source line; "" is all of the function
    std::string_view reason;
};
const std::vector<DeadCode>& dead_code();

struct KnownSurvivor {
    std::string_view function;
    std::string_view source; ///< a part of the source line; "" is any
    std::string_view kind;   ///< of the mutation; "" is any
    std::string_view reason;
};
const std::vector<KnownSurvivor>& known_survivors();

/// A theorem that follows from others, and is stated because people look for it in these words: what refutes
/// it refutes one of those too.
struct Corollary {
    std::string_view theorem; ///< its name, or how it begins
    std::string_view reason;
};
const std::vector<Corollary>& corollaries();
/// Why no mutant is refuted by this theorem alone, or "".
std::string why_never_alone(const std::string& theorem);

/// The reason, or "".
std::string reason_for(const MutantResult& survivor);

/// Instructions of these functions from which every way leads to a panic: that no path panics is part of
/// every theorem, so none executes them.
std::set<u32> only_to_a_panic(const std::vector<CoveredInstruction>& code, const Image& image);

/// A line for each stretch of code that no theorem executes and no row explains, and for each row of dead
/// code that explains nothing.
std::vector<std::string> unexplained(const std::vector<CoveredInstruction>& code, const Image& image);

} // namespace forkproof::proofs::mutants
