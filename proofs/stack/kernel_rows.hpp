// What the stack analysis believes of Forkproof's kernel.
#pragma once
#include "proofs/stack/depth.hpp"

namespace forkproof::proofs::stack {

std::vector<Pointed> kernel_rows();
/// Functions whose address only the machine or another stack uses, and how.
std::vector<std::pair<std::string, std::string>> kernel_entries();
Beliefs kernel_beliefs();

} // namespace forkproof::proofs::stack
