// The semantic functions on unknown words: the terms that they make are evaluated, and inputs are made by the
// solver for each way that they can go.
#pragma once
#include "proofs/validate/model.hpp"

namespace forkproof::proofs {

/// A window whose words are unknowns, named by their addresses.
class UnknownWindow : public Window {
  public:
    using Window::Window;
    [[nodiscard]] Word initial(std::uint32_t address) const override;
    /// Those that were asked for.
    [[nodiscard]] const std::map<std::uint32_t, z3::expr>& words() const { return words_; }
    /// The words are what the input has: for a ret, whose address must be the right one.
    bool known = false;

  private:
    mutable std::map<std::uint32_t, z3::expr> words_;
};

/// One path of one instruction, where all registers, flags and words of memory are unknown: the path that the
/// input takes.
class SymbolicRun {
  public:
    SymbolicRun(z3::context& z3, const Site& site, std::span<const std::uint16_t, 6> selectors,
                const Case& input);

    /// The difference between the terms' values for this run's input and what the processor has made of it.
    [[nodiscard]] std::optional<std::string> difference_to(const Case& after) const;

    [[nodiscard]] const Outcome& outcome() const { return outcome_; }
    /// What the term is for this run's input.
    [[nodiscard]] Word value(const Word& w) const;

    /// Inputs that decide each Boolean in the outcome's terms both ways, as far as the addresses stay as they
    /// are.
    [[nodiscard]] std::vector<Case> inputs_for_each_decision() const;

  private:
    void follow_input();
    [[nodiscard]] z3::expr under_input(const z3::expr& term) const;
    [[nodiscard]] std::vector<z3::expr> decisions() const;
    [[nodiscard]] Case input_of(const z3::model& model) const;

    z3::context& z3_;
    const Site& site_;
    Case input_;
    std::shared_ptr<UnknownWindow> window_;
    std::vector<z3::expr> registers_, flags_;
    Outcome outcome_;
    std::vector<z3::expr> addresses_; ///< what was resolved: on == value
    std::vector<z3::expr> forks_;     ///< Booleans that were decided
};

} // namespace forkproof::proofs
