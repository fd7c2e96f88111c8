// Exact model counting over a few flags: the condition is split at one flag after another, Z3 simplifies what
// is left of it, and what is left in the same form is counted once (Z3 keeps equal terms as one object, so
// this is a binary decision diagram made of Z3's own terms). Some hundred terms instead of 4096 models.
#pragma once
#include <cstdint>
#include <optional>
#include <z3++.h>

namespace forkproof::proofs {

struct Count {
    std::optional<unsigned> models;  ///< nothing if something besides the flags decides, or Z3 cannot tell
    unsigned terms = 0;              ///< how many different terms were simplified
    std::optional<z3::expr> decided; ///< the condition with one flag decided after another: what was counted
};

/// How many words over the bits of `mask` satisfy `condition`, all other bits of the constant `flags` being
/// 0.
Count count_models(const z3::expr& flags, std::uint32_t mask, const z3::expr& condition);

} // namespace forkproof::proofs
