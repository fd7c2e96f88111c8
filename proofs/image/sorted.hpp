#pragma once
#include "proofs/image/integers.hpp"
#include <algorithm>
#include <vector>

namespace forkproof::proofs {

/// Of elements sorted by what `key` says of them, the last for which it is not above `wanted`; null if there
/// is none.
template <class T, class Key>
const T* last_at_or_below(const std::vector<T>& sorted, u32 wanted, Key key) {
    const auto after = std::upper_bound(sorted.begin(), sorted.end(), wanted,
                                        [&](u32 number, const T& element) { return number < key(element); });
    return after == sorted.begin() ? nullptr : &*std::prev(after);
}

} // namespace forkproof::proofs
