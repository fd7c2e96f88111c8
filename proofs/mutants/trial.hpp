// A run over many mutants: which there are, and what becomes of each.
#pragma once
#include "proofs/mutants/judge.hpp"
#include <optional>

namespace forkproof::proofs::mutants {

/// What was asked for.
struct TrialWish {
    std::string build = "build", edits = "tests/mutants";
    WorkerOptions workers;
    std::size_t count = 1010; ///< of the machine code
    std::size_t sample = 0;   ///< only so many of them; 0: all
    bool no_source = false, no_machine = false;
    bool find_witnesses = false;
    std::vector<std::string> theorems; ///< that judge: names, or how they begin; all if empty
    unsigned part = 1, parts = 1;
};

class Trial {
  public:
    /// Proves what mutants are judged by, and chooses them. Throws CannotStart, BadImage or BadEdit.
    explicit Trial(const TrialWish& wish);

    /// A line each: name, where, what.
    [[nodiscard]] std::vector<std::string> names() const;
    /// One mutant, asked of all theorems, with all that they say. Throws CannotStart if there is none.
    [[nodiscard]] MutantResult only(const std::string& name, std::vector<std::string>& lines) const;
    /// All mutants of the wished part.
    [[nodiscard]] Results all();
    /// Mutants of which each theorem refutes one alone, as far as they are found.
    [[nodiscard]] Results find_witnesses() const;

  private:
    /// Whether a fault planted for this theorem, or group of theorems, is judged by one that is asked.
    [[nodiscard]] bool is_asked(const std::string& theorem) const;
    [[nodiscard]] std::size_t size() const { return source_.size() + machine_.size(); }
    [[nodiscard]] const SourceMutant* source(std::size_t i) const {
        return i < source_.size() ? &source_[i] : nullptr;
    }
    [[nodiscard]] const Mutation& machine(std::size_t i) const { return machine_[i - source_.size()]; }
    [[nodiscard]] std::string name(std::size_t i) const {
        return source(i) ? source(i)->name : machine(i).name;
    }
    [[nodiscard]] std::vector<std::size_t> concerned_by(std::size_t i) const;
    [[nodiscard]] MutantResult judged(std::size_t i, Asking asking,
                                      std::vector<std::string>* lines = nullptr) const;
    [[nodiscard]] MutantResult lost(std::size_t i, const std::string& why) const;

    /// Without mutants.
    [[nodiscard]] Results nothing_yet() const;
    /// Judges those at these places of `results`; `mine` are their numbers.
    void judge_all(Results& results, const std::vector<std::size_t>& mine,
                   const std::vector<std::size_t>& places,
                   const std::function<Asking(std::size_t)>& asking) const;
    [[nodiscard]] std::vector<std::vector<std::size_t>> candidates() const;

    TrialWish wish_;
    Baseline baseline_;
    std::vector<std::string> unreached_;
    std::vector<SourceMutant> source_;
    std::vector<Mutation> machine_;
    std::optional<KernelBuild> kernel_build_;
    std::set<std::string> witnesses_; ///< mutants of which all theorems are asked
};

} // namespace forkproof::proofs::mutants
