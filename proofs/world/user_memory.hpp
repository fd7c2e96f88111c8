// Contracts for the door to ring 3's memory. That the real functions keep to them is proved in
// theorems/helpers_user_memory.cpp.
#pragma once
#include "proofs/world/scene.hpp"

namespace forkproof::proofs {

/// copy_from_user and copy_to_user. Each answers OK, EFAULT or ENOMEM as it likes; what is read is anything,
/// and is called `read[offset]` (see read_from_user). They may make pages of the caller's present, as the
/// program's own access would; nobody who uses these contracts looks there.
void use_user_memory_contracts(Scene& scene, const std::string& read = "ring 3's bytes");
/// The word at this offset of what copy_from_user reads.
[[nodiscard]] Word read_from_user(const World& world, const std::string& read, std::uint32_t offset);

} // namespace forkproof::proofs
