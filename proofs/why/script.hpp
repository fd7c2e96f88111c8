// A witness as a script that user/play plays in the booted kernel (user/play/script.hpp reads it).
#pragma once
#include "proofs/why/rules.hpp"

namespace forkproof::proofs::why {

/// The lines of the script. Predicted is what the kernel's checker names: all that is broken after the last
/// call.
std::string script_of(const RuleWhy& why);

} // namespace forkproof::proofs::why
