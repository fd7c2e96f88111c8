// Forms that ring 3 may not execute, validated in Bochs.
#pragma once
#include "proofs/validate/bochs.hpp"
#include "proofs/validate/check.hpp"

namespace forkproof::proofs {

inline constexpr unsigned PRIVILEGED_CASES = 1000;

/// These forms, each on PRIVILEGED_CASES cases.
[[nodiscard]] std::vector<FormResult>
check_privileged(const std::vector<std::pair<std::string, FormOfCode>>& forms, const BochsFiles& files);

} // namespace forkproof::proofs
