#include "proofs/mutants/explained.hpp"

namespace forkproof::proofs::mutants {

const std::vector<DeadCode>& dead_code() {
    static const std::vector<DeadCode> rows{};
    return rows;
}

const std::vector<KnownSurvivor>& known_survivors() {
    static const std::vector<KnownSurvivor> rows{};
    return rows;
}

} // namespace forkproof::proofs::mutants
