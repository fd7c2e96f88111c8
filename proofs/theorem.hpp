// proofs/ holds the prover. rules/ proves theorems about the rule table, the specification; induction/ that
// transitions keep the invariants; image/, machine/
// and world/ read, execute and surround the kernel's machine code; theorems/ proves what it does; mutants/
// shows that the theorems notice faults. Here at the top is what they have in common: what a theorem is
// (theorem), running many (run, cache), what a person sees (report, json_report, main), and what all of it
// rests on (trusted, obligations, second_opinion).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace forkproof::proofs {

class Image;
class Layouts;
class MachineProof;

enum class Outcome : std::uint8_t { proved, refuted, unknown, vacuous };

/// "proved", or the word in capitals.
const char* outcome_word(Outcome outcome);

/// Thrown in a theorem to end it; `lines` say why, at most MAX_FAILURE_LINES of them.
struct NotProved {
    Outcome outcome;
    std::vector<std::string> lines;
};
inline constexpr std::size_t MAX_FAILURE_LINES = 25;
/// The first of them, with "..." for those left out.
std::vector<std::string> at_most_max_lines(std::vector<std::string> lines);

struct TheoremReport {
    std::string name;
    Outcome outcome = Outcome::unknown;
    unsigned paths = 0;   ///< ways through the machine code; 0 if the theorem is not about code
    unsigned queries = 0; ///< questions put to Z3
    double seconds = 0;
    bool cached = false;                  ///< proved earlier, of the same bytes by the same prover
    std::vector<std::string> why;         ///< why it is not proved; empty if it is
    std::vector<std::string> log;         ///< what was assumed and asked, for `--details`
    std::vector<std::string> assumptions; ///< in words; the theorem has shown each to be satisfiable
    /// Addresses [first, second) of the image whose bytes the theorem read or executed, in any order: while
    /// these are the same, so is the answer. Empty: it depends on all of the image.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> touched;
    /// Functions of the kernel that the theorem knows by name: those it begins at, and those that contracts
    /// stand for. Their addresses matter too where `touched` is not empty.
    std::vector<std::string> functions;
};

/// What theorems are run against.
struct Setting {
    std::shared_ptr<const Image> image;     ///< null where only theorems run that need none
    std::shared_ptr<const Layouts> layouts; ///< as image
    bool full = false;                      ///< the full check
    bool examples = false;                  ///< log an example of each question
    std::string smt_folder;                 ///< where obligations are written as SMT-LIB; "" if nowhere
    std::string disk_image;                 ///< "" if there is none
    std::string boot_memory;                ///< the memory of a boot of this kernel; "" if there is none
    unsigned effort = 0;                    ///< what one question may cost in Z3's measure; 0: Solver::EFFORT
};

/// What a statement at the end of a path is about. The same start states and paths serve three theorems, each
/// of which asks its own questions only, so that a fault is laid at the right door.
enum class Aspect : std::uint8_t {
    effect,  ///< what is done: errnos, values, what comes and goes
    frame,   ///< nothing else has changed
    sharing, ///< shared, copied or nothing, as invariants/sharing.hpp says
    all
};

struct Theorem {
    std::string name;     ///< group/subject, as typed after T=
    std::string sentence; ///< what is claimed, for people
    bool only_in_full = false;
    bool needs_image = false;
    std::function<TheoremReport(const Setting&)> run;
    /// Of a theorem about machine code: what it runs and states, for comparing two images (mutants).
    std::function<void(MachineProof&)> body;
    Aspect aspect = Aspect::all; ///< of what the body states
    std::string body_name;       ///< theorems with one body have one
    /// A life from fork to wait4: it runs through code that is the matter of other theorems, whose start
    /// states include its own.
    bool whole_life = false;
    /// What it depends on besides the bytes of the image, for the cache; "" is the whole prover.
    std::string inputs;
    /// Theorems that follow each other and have one batch are run by one thread, in their order: they share
    /// what is made once. "": it stands alone.
    std::string batch;
    /// It reads the memory of a boot, which may differ where the kernel does not: proved anew each time.
    bool needs_boot = false;
};

/// All theorems, in the order in which they are reported: the rule table's, the induction's, then the machine
/// code's.
std::vector<Theorem> all_theorems();

// Their parts, in rules/, induction/ and theorems/.
std::vector<Theorem> rules_theorems();
std::vector<Theorem> induction_theorems();
std::vector<Theorem> machine_theorems();

} // namespace forkproof::proofs
