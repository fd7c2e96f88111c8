// The kernel's own ladder as the image holds it.
#pragma once
#include "proofs/history/ladder.hpp"
#include "proofs/image/dwarf.hpp"
#include "proofs/image/elf.hpp"

namespace forkproof::proofs {

struct OwnTable {
    std::vector<OwnStep> rows;
    /// The bytes that they were read from.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> bytes;
};

/// Reads `steps` of kernel/fork/copy_process.cpp. Throws BadImage if it is not there, or not as expected.
OwnTable own_table(const Image& image, const Layouts& layouts);

} // namespace forkproof::proofs
