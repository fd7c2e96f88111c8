// The flow of control inside one function: in which order its blocks are best taken so that paths which meet
// again can be merged, and where they meet.
#pragma once
#include "proofs/machine/decode.hpp"
#include <map>
#include <set>

namespace forkproof::proofs {

struct Flow {
    std::map<std::uint32_t, unsigned>
        order;                     ///< of every instruction: what comes before, outside loops, is less
    std::set<std::uint32_t> joins; ///< instructions that control reaches from more than one place
};

/// Where control may go from here inside a function; calls return.
[[nodiscard]] std::vector<std::uint32_t> successors(const Instruction& i);
/// From the function's first instruction along its jumps; calls are passed over.
[[nodiscard]] Flow flow_of(const Decoder& decoder, std::uint32_t function);

} // namespace forkproof::proofs
