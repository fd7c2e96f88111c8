// One proof about the rule table under way: its own z3::context, what it assumes, and the questions it asks.
// The theorems are written in the four verbs assume, prove, exists and counts. What is not plainly proved
// ends the proof: a goal that fails is refuted, a solver that gives up is unknown, and a goal whose
// precondition nothing satisfies is vacuous.
#pragma once
#include "proofs/obligations.hpp"
#include "proofs/rules/counterexample.hpp"
#include "proofs/theorem.hpp"
#include <functional>
#include <string>
#include <vector>

namespace forkproof::proofs {

struct RuleProofOptions {
    /// Z3's own unit of work, the same on every machine: a backstop. No query today needs 30,000.
    unsigned rlimit = 20'000'000;
    /// Log an example for each goal (`prove --details`): costs a hundred queries more for each.
    bool examples = false;
    /// Say what a refuted goal fails on, as simply as possible: a hundred queries, which mutation tests do
    /// without.
    bool counterexamples = true;
    /// Where the questions are written for a second opinion; "" if nowhere.
    std::string smt_folder{};
};

/// A part of a condition with a name, for `exists` to say which of them exclude each other.
struct Part {
    std::string words;
    z3::expr term;
};

class RuleProof {
  public:
    RuleProof(const RuleTable& table, const RuleProofOptions& options, const std::string& theorem);

    [[nodiscard]] const RuleTable& table() const { return table_; }
    [[nodiscard]] z3::context& z3() { return z3_; }

    /// A call in which everything is free. It is shown under `title` in counterexamples and examples.
    CallTerms call(const std::string& title = "call");
    /// A call judged by the rules of this profile; the rest is free.
    CallTerms call_judged_by(const std::string& profile);
    /// A call made of another's terms, to be shown as well.
    void show(const std::string& title, const CallTerms& call);

    /// From here on only what satisfies `fact` is considered.
    void assume(const std::string& words, const z3::expr& fact);
    /// `then` follows from `when`, and something satisfies `when`.
    void prove(const std::string& words, const z3::expr& when, const z3::expr& then);
    /// Something satisfies all parts together.
    void exists(const std::string& words, const std::vector<Part>& parts);
    void exists(const std::string& words, const z3::expr& condition);
    /// Exactly `expected` words over the bits of `mask` satisfy `condition`, all other bits of `flags` being
    /// 0.
    void counts(const std::string& words, const z3::expr& flags, std::uint32_t mask,
                const z3::expr& condition, unsigned expected);
    /// A fact about the table that needs no solver.
    void check(const std::string& words, bool holds);

    /// Questions put to Z3: satisfiability, and terms simplified while counting.
    [[nodiscard]] unsigned queries() const { return queries_; }
    /// What was assumed and asked, in order, for `--details`.
    [[nodiscard]] const std::vector<std::string>& log() const { return log_; }
    /// What was assumed, in words.
    [[nodiscard]] const std::vector<std::string>& assumptions() const { return assumptions_; }

  private:
    struct Shown {
        std::string title;
        CallTerms call;
    };

    z3::check_result ask(const z3::expr& with);
    [[nodiscard]] bool satisfiable(const std::string& words, const z3::expr& condition);
    /// Finds the simplest model of the assumptions and `condition`, which is satisfiable.
    /// Each call shown is given to `say`, with its title and what the table answers.
    void simplest(const z3::expr& condition,
                  const std::function<void(const std::string&, const PlainCall&, const std::string&)>& say);
    std::vector<std::string> counterexample(const std::string& words, const z3::expr& condition);
    std::vector<std::string> excluding(const std::vector<Part>& parts);
    void example(const z3::expr& condition);
    [[noreturn]] void fail(Outcome outcome, std::vector<std::string> lines);

    const RuleTable& table_;
    RuleProofOptions options_;
    z3::context z3_;
    z3::solver solver_;
    unsigned queries_ = 0;
    std::vector<Shown> shown_;
    std::vector<std::string> log_, assumptions_;
    Obligations obligations_;
};

} // namespace forkproof::proofs
