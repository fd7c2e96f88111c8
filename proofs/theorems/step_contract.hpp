// What every step of copy_process keeps to, whatever it takes: its errno is exact, a failure leaves
// everything as it was, a success leaves what the next step may find, and its release takes it back.
#pragma once
#include "invariants/errno.hpp"
#include "invariants/flags.hpp"
#include "invariants/rules.hpp"
#include "proofs/theorems/theorems.hpp"

namespace forkproof::proofs {

inline Word errno_word(Errno e) { return word32(static_cast<std::uint32_t>(e)); }
/// The rule is in force.
inline Truth in_force(const ForkScene& f, RuleId rule) { return f.rule(static_cast<unsigned>(rule)); }
/// ENOMEM if an allocation has failed on this path, else OK: what most steps answer.
[[nodiscard]] Word errno_of_allocations(const Path& path);

struct StepContract {
    std::string step;
    /// What acquire must return on a path: an errno, or OK.
    std::function<Word(const Path&)> error = errno_of_allocations;
    /// States what a success has changed.
    std::function<void(const Path&)> success;
    /// Some path of this scene fails, some succeeds.
    bool can_fail = true, can_succeed = true;
};

/// Proves that the step keeps to the contract; what it finds is reproduced by making the step fail in a boot.
void prove_step(ForkScene& f, const StepContract& contract);
/// The part of a path on which this holds goes to `then`, the other to `otherwise`.
void divide(ForkScene& f, const Path& path, const Truth& condition,
            const std::function<void(const Path&)>& then, const std::function<void(const Path&)>& otherwise);

} // namespace forkproof::proofs
