// What the files about step mm share.
#pragma once
#include "proofs/theorems/step_contract.hpp"
#include "proofs/world/clean_pools.hpp"

namespace forkproof::proofs {

/// release_mm of an address space as it may be whenever it is given back: pages that nobody else maps, and
/// pools that may be full.
void release_of_own_mm(MachineProof& proof);

} // namespace forkproof::proofs
