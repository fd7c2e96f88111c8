// What the theorems are run against, made from what was typed.
#pragma once
#include "proofs/cache.hpp"
#include "proofs/options.hpp"
#include <stdexcept>

namespace forkproof::proofs {

/// What was asked for cannot be done; what() is one line for people.
struct CannotStart : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Start {
    Setting setting;
    ImageFingerprint image; ///< for the cache; empty if no image was read
};

/// Reads the kernel if a theorem needs it, checks that the disk image holds the same bytes, and empties the
/// folder for obligations. Throws CannotStart.
Start make_setting(const Options& options, bool needs_image);

} // namespace forkproof::proofs
