// Bochs, which executes what ring 3 may not: all privileged cases in one boot.
#pragma once
#include "tests/native/privileged.hpp"
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace forkproof::proofs {

/// Files that the boot needs; `build` is the folder that temporary ones are made in.
struct BochsFiles {
    std::string program, sector, loader, bochsrc, build;
};

/// Bochs is missing, or has ended before all cases were done. One line.
struct NoBochs : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Executes the cases in place.
void run_in_bochs(const BochsFiles& files, const native::PrivilegedTable& table,
                  std::vector<native::PrivilegedCase>& cases);

} // namespace forkproof::proofs
