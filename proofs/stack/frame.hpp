// One function's own use of the stack: how deep esp is at each of its instructions, and what it calls there.
#pragma once
#include "proofs/stack/instruction.hpp"
#include <functional>
#include <set>

namespace forkproof::proofs::stack {

/// How a function gives control back, as far as is known.
struct Ending {
    bool returns = false;
    int pops = 0; ///< what `ret N` takes besides the return address
    bool operator==(const Ending&) const = default;
};

struct CallSite {
    Address at = 0;
    unsigned depth = 0; ///< bytes from esp at the function's entry down to the callee's return address, or,
                        ///< of a tail jump, 0
    std::vector<Address> targets;
};

/// Depths count from esp at entry, where the return address lies, downwards.
struct Frame {
    Address entry = 0;
    unsigned deepest = 0; ///< without what it calls
    Ending ending;
    std::vector<CallSite> calls;
    std::vector<Address> interrupts_enabled_at;
};

/// What the walk through a function asks about the rest of the kernel.
struct Surroundings {
    std::function<Ending(Address entry)> ending;
    /// The targets of an indirect call or jump in the function around it.
    std::function<std::vector<Address>(const Move&)> targets;
    /// Where a jump that leaves the stack goes on when the task runs again; empty: an ordinary one.
    std::function<std::optional<Address>(const Move&)> resumes;
    /// Whether an instruction that loads esp from memory keeps the depth (a stack switch and back), or ends
    /// the path.
    std::function<bool(const Move&)> keeps_depth;
};

/// What the processor pushes when it enters the kernel from ring 3, and iret takes off again: ss, esp,
/// eflags, cs, eip.
inline constexpr unsigned RING_CHANGE = 20;

/// Walks all paths from the entry; `pushed` bytes are on the stack there, counted in. Stops where two paths
/// meet at different depths, where esp is lost, and at a return that does not find esp and ebp as they were
/// at entry.
Frame walk(const Reader& reader, Address entry, unsigned pushed, const Surroundings& around);

} // namespace forkproof::proofs::stack
