#pragma once
#include <cstdint>

namespace forkproof::proofs {

// The kernel's names for them. Its own header is not included here: it takes errno's macros away from the
// host.
using u8 = std::uint8_t;
using u32 = std::uint32_t;
using i64 = std::int64_t;

} // namespace forkproof::proofs
