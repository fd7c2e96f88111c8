#include "proofs/world/published.hpp"
#include "invariants/flags.hpp"

namespace forkproof::proofs {

Published published(const PublishCase& c) {
    auto flag = [&](std::uint32_t bits) { return !is_zero(c.flags & Word(32, bits)); };
    const Truth thread = flag(CLONE_THREAD), inherits = flag(CLONE_PARENT) && c.inherits_in_force;
    const Truth same_parent = flag(CLONE_PARENT | CLONE_THREAD);
    return {ite(thread, Word(32, ~0U), ite(inherits, c.leaders_exit_signal, c.flags & Word(32, CSIGNAL))),
            ite(!thread && inherits, c.leaders_chooser, c.leaders_serial),
            ite(same_parent, c.callers_parent, c.caller), ite(thread, c.leader, c.child)};
}

} // namespace forkproof::proofs
