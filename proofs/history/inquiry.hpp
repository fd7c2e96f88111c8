// One theorem about a ladder under way: its own z3::context, a call in which everything is free, and the
// questions asked. Every model that is found is run again with plain numbers (replay), which must agree.
#pragma once
#include "proofs/history/exits.hpp"
#include "proofs/history/machine_run.hpp"
#include "proofs/history/witness.hpp"
#include "proofs/obligations.hpp"
#include "proofs/theorem.hpp"
#include <memory>

namespace forkproof::proofs {

class Inquiry {
  public:
    Inquiry(const Ladder& ladder, const std::string& theorem, const Setting& setting);

    /// The same inquiry of another ladder, in a context of its own.
    [[nodiscard]] std::unique_ptr<Inquiry> with(const Ladder& other) const;

    [[nodiscard]] const Ladder& ladder() const { return ladder_; }
    [[nodiscard]] const LadderCallTerms& call() const { return call_; }
    [[nodiscard]] z3::context& z3() { return z3_; }
    /// At the step of this name; ends the theorem if there is none, or it cannot fail.
    const ExitTerms& at(const std::string& step);
    /// The names of the steps that can fail.
    [[nodiscard]] std::vector<std::string> exits() const;
    /// What this resource comes to; ends the theorem if there is none.
    const LeftTerms& left(const ExitTerms& exit, const std::string& resource);
    /// Nothing is held, and nothing of the parent's is dropped.
    static z3::expr nothing_left(const ExitTerms& exit);

    /// `then` follows from `when` at this exit, and something satisfies `when`.
    void prove(const std::string& words, const ExitTerms& exit, const z3::expr& when, const z3::expr& then);
    /// A call that reaches this exit with this condition, the simplest if examples are wanted; ends the
    /// theorem if there is none.
    Witness find(const std::string& words, const ExitTerms& exit, const z3::expr& condition);
    /// Whether there is one.
    bool possible(const std::string& words, const ExitTerms& exit, const z3::expr& condition);
    /// Every call of which no step fails: `then`. And there is one.
    void prove_made(const std::string& words, const z3::expr& then);
    /// A fact that needs no solver.
    void check(const std::string& words, bool holds);
    [[noreturn]] void refute(std::vector<std::string> lines);

    /// The ladder's i386 code in the executor comes to the same as the plain run; ends the theorem if not.
    void run_code(const Witness& witness);
    /// The same on every path, any step failing that can. Answers what is left where, path by path.
    std::vector<LadderRun> follow_code(const PlainLadderCall& call);

    void say(const std::string& line) { ledger_->log.push_back(line); }
    [[nodiscard]] const std::vector<std::string>& log() const { return ledger_->log; }
    [[nodiscard]] unsigned queries() const { return ledger_->queries; }
    /// Through the code.
    [[nodiscard]] unsigned paths() const { return ledger_->paths; }

  private:
    /// What inquiries of several ladders have together.
    struct Ledger {
        Obligations obligations;
        bool examples;
        unsigned queries = 0, paths = 0;
        std::vector<std::string> log;
    };
    Inquiry(const Ladder& ladder, std::shared_ptr<Ledger> ledger);
    LadderMachine& machine();
    void agree(const LadderRun& code, const PlainLadderCall& call);
    bool satisfiable(const std::string& words, const z3::expr& condition);
    /// A model of a condition that is satisfiable, run again.
    Witness model_of(const ExitTerms& exit, const z3::expr& condition, bool simplest);
    [[nodiscard]] PlainLadderCall read(const z3::model& model) const;
    void compare(const z3::model& model, const ExitTerms& exit, const Witness& witness);

    Ladder ladder_;
    z3::context z3_;
    z3::solver solver_;
    std::shared_ptr<Ledger> ledger_;
    LadderCallTerms call_;
    std::map<std::size_t, ExitTerms> exits_;
    std::unique_ptr<LadderMachine> machine_; ///< made when it is first needed
};

} // namespace forkproof::proofs
