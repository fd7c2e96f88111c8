// What became of mutants, as data: made by one run, or by several that each took a part.
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

namespace forkproof::proofs::mutants {

/// A file of results that is none, or does not go with the others: one line.
struct BadResults : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class Fate : unsigned char {
    refuted,    ///< a theorem says what is wrong
    equivalent, ///< Z3 has proved that nothing can tell it from the original
    stopped,    ///< no theorem is refuted, but one cannot be proved any more: its proof came to no end
    survived,   ///< all theorems are still proved
    lost        ///< the run that judged it crashed, or took too long
};
const char* fate_word(Fate fate);

struct MutantResult {
    std::string name; ///< "copy_process+0x1f/condition-inverted", or the name of an edit
    bool source = false;
    std::string kind, line, words;
    Fate fate = Fate::lost;
    std::vector<std::string> asked;      ///< theorems
    std::vector<std::string> refuted_by; ///< of these
    bool complete = false;               ///< all that it may concern were asked
    double seconds = 0;                  ///< of processor time
    std::string why;                     ///< the first reason that one of them gave, or what happened instead
};

struct Results {
    std::string about;            ///< which image, by which prover: the same for all parts
    unsigned part = 1, parts = 1; ///< which of how many
    std::size_t machine = 0;      ///< machine-code mutants of all parts
    std::size_t source = 0;       ///< source-level mutants of all parts
    bool sample = false;          ///< not all that there are
    std::vector<std::string> theorems;
    std::vector<std::string> unreached; ///< code that no theorem executes and nobody explains: a line each
    std::vector<MutantResult> mutants;
};

std::string as_json(const Results& results);
Results from_json(const std::string& json, const std::string& where);

/// The parts as one. Throws unless they are all the parts of one whole.
Results merge(const std::vector<Results>& parts);

} // namespace forkproof::proofs::mutants
