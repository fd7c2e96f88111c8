// The executor: follows every path of a function from a start state until it returns. Functions that have a
// contract are not entered: the contract says what they do.
#pragma once
#include "proofs/machine/flow.hpp"
#include "proofs/machine/solver.hpp"
#include "proofs/machine/state.hpp"
#include <functional>
#include <set>

namespace forkproof::proofs {

/// What a called function does to the state, in place of its code. It reads arguments (argument(state, 0)),
/// asks state.decide(...) where it may go one way or another (it is executed again with the answer known),
/// and returns with `returns(state, value)` or jumps elsewhere.
using Contract = std::function<void(State&)>;

/// The n-th word of a call's arguments (cdecl), at the function's first instruction.
[[nodiscard]] Word argument(const State& state, unsigned n);
/// Ends a contract: eax is the value, ecx, edx and the flags are anything, the call is over.
void returns(State& state, const Word& value);
void returns_nothing(State& state);

enum class Ending : std::uint8_t { returned, violation };

/// A path that has ended.
struct Path {
    State state;
    Ending ending;
    std::string why; ///< of a violation
};

struct Limits {
    unsigned paths = 20'000;
    unsigned steps = 200'000;          ///< instructions on one path
    unsigned values = 64;              ///< that a pointer or count may have in one place
    bool first_violation_ends = false; ///< the other paths are not followed then
};

class Executor {
  public:
    Executor(const Decoder& decoder, Solver& solver) : decoder_(decoder), solver_(solver) {}

    void contract(std::uint32_t function, Contract contract) { contracts_[function] = std::move(contract); }
    /// Where control has arrived that the caller wants to look at itself: the path ends there as if returned.
    void stop_at(std::uint32_t address) { stops_.insert(address); }

    /// Looks at every path that is about to execute this instruction; it may give the path a mark and say
    /// from which number on it numbers its unknowns, and nothing else.
    void watch(std::uint32_t address, Contract look) { watches_[address] = std::move(look); }

    /// Calls the function with cdecl arguments on the stack at esp, and follows every path until it returns.
    /// At the end callee-saved registers, esp and DF must be as the ABI asks, else the path is a violation.
    std::vector<Path> call(State start, std::uint32_t function, const std::vector<Word>& arguments);
    /// Follows every path from start.ip until it returns to nobody or arrives where it is to stop.
    std::vector<Path> run(State start);

    /// Addresses of all instructions that were executed.
    [[nodiscard]] const std::set<std::uint32_t>& reached() const { return reached_; }

    /// Paths that meet again become one (merge.hpp): wherever they meet, or where one of these functions has
    /// just returned; there only those whose results are of one class.
    void merge_everywhere() { merging_ = Merging::everywhere; }
    void merge_at_return_of(std::set<std::uint32_t> functions) {
        merging_ = Merging::returns;
        merged_ = std::move(functions);
    }

    Limits limits;

  private:
    enum class Merging : std::uint8_t { never, returns, everywhere };

    void step(State& state);
    /// One instruction or contract, on all ways that it divides into; the first goes on in `state`, the
    /// others join `open`.
    void advance(State& state, std::vector<State>& open);
    [[nodiscard]] bool at_end(const State& state) const;
    /// Until the end, or where it may meet another path.
    void advance_to_meeting(State& state, std::vector<State>& open);
    /// Where in `open` the path is that must go on first, so that others wait where it may meet them.
    [[nodiscard]] std::size_t first_of(const std::vector<State>& open);
    const Flow& flow(std::uint32_t function);
    [[nodiscard]] bool same_result(const State& a, const State& b, bool at_end) const;
    /// Adds it, or makes it one with one that is there, where paths merge wherever they meet.
    void put(State state, std::vector<State>& to);
    /// The states in which the term has each of its possible values.
    std::vector<State> divide(const State& state, const z3::expr& on);

    const Decoder& decoder_;
    Solver& solver_;
    std::map<std::uint32_t, Contract> contracts_;
    std::map<std::uint32_t, Contract> watches_;
    std::set<std::uint32_t> stops_;
    Merging merging_ = Merging::never;
    std::set<std::uint32_t> merged_;
    std::map<std::uint32_t, Flow> flows_;
    std::set<std::uint32_t> reached_;
};

} // namespace forkproof::proofs
