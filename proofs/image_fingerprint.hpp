// What remembered proofs must know of the image that they were made of.
#pragma once
#include "proofs/cache.hpp"
#include "proofs/image/elf.hpp"

namespace forkproof::proofs {

/// The fingerprints hold copies of what they need.
ImageFingerprint fingerprint_of(const Image& image, const ElfFile& file);

} // namespace forkproof::proofs
