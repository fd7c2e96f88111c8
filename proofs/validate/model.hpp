// What proofs/machine says that an instruction does, and whether the processor agrees.
#pragma once
#include "proofs/validate/site.hpp"
#include <optional>

namespace forkproof::proofs {

/// Memory that is the window of one case. What is asked for outside of it is a Violation.
class Window : public Backing {
  public:
    explicit Window(z3::context& z3) : z3_(z3) {}
    void show(const Case& input) { input_ = &input; }

    [[nodiscard]] Word initial(std::uint32_t address) const override;
    void check(std::uint32_t address, unsigned bytes, bool write) const override;
    [[nodiscard]] Word any(const std::string& name, unsigned width) const override;

  protected:
    z3::context& z3_;
    const Case* input_ = nullptr;
};

/// What has become of the case, after `execute` or after a fault (then the state does not matter).
struct Outcome {
    State state;
    std::optional<std::string> violation;
};

/// The site's instruction on numbers. Throws CannotTell where it has no semantics.
[[nodiscard]] Outcome execute_numbers(z3::context& z3, const std::shared_ptr<Window>& window,
                                      const Site& site, std::span<const std::uint16_t, 6> selectors,
                                      const Case& input);

/// The calls that the instruction may return from: one, if it is a ret.
void open_call(State& state, const Case& input);

/// Whether the word can have this value: it is that number, or put together of such numbers and of unknowns
/// which nothing else depends on (what the processor leaves undefined).
[[nodiscard]] bool may_be(const Word& word, std::uint64_t value);

/// What the model says of each thing that the processor shows: a register, a flag, the window, the next
/// address. The first difference, for people; nothing if there is none. `value` makes a number of a word
/// where it can.
using Evaluate = std::function<Word(const Word&)>;
[[nodiscard]] std::optional<std::string> difference(const Outcome& outcome, const Evaluate& value,
                                                    const Case& before, const Case& after,
                                                    std::uint32_t arrived_at);

/// Where the processor program found itself after the case.
[[nodiscard]] std::uint32_t arrived_at(const Site& site, const Case& after);

/// Registers, flags, and what lies at memory operands, in one line.
[[nodiscard]] std::string describe(const Case& input);

} // namespace forkproof::proofs
