// Inputs for privileged instructions: such that the instruction does not fault, nor upsets the machine.
#pragma once
#include "proofs/validate/site.hpp"
#include "tests/native/privileged.hpp"

namespace forkproof::proofs {

/// A case as the model takes it, and the selectors to start with: es, cs, ss, ds, fs, gs.
struct PrivilegedInput {
    Site site;
    Case input;
    std::uint16_t selectors[6];
};

/// What all cases have in common.
[[nodiscard]] native::PrivilegedTable table_for(std::uint32_t cases);

[[nodiscard]] PrivilegedInput make_privileged_input(const Bytes& encoding,
                                                    const native::PrivilegedTable& table, Random& random);

/// As Bochs takes it.
[[nodiscard]] native::PrivilegedCase for_bochs(const PrivilegedInput& input);

/// What the model's comparison takes of what Bochs has made of it.
[[nodiscard]] Case after_bochs(const PrivilegedInput& before, const native::PrivilegedCase& after);

} // namespace forkproof::proofs
