// What ladder=linux-2.6.33 forgets, by the names of its defects.
#pragma once
#include "kernel/check/restored.hpp"

namespace forkproof {

/// A call that failed in this step has left something behind. True if the ladder of linux-2.6.33 is in force
/// and all of it is what that ladder is known to forget: then each defect is said, with the call, when it is
/// met for the first time, and the run goes on.
[[nodiscard]] bool known_to_be_forgotten(const Snapshot& before, const Snapshot& after, const char* step,
                                         u32 flags);
/// At the end of the run: how often each defect was met. False if none was.
bool report_forgotten();

} // namespace forkproof
