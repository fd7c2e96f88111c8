// The listing's only message: CLONE_STOPPED was to be recycled.
#pragma once

namespace forkproof {

/// One line with the program's name; at most 100 in all, and ten in any five seconds (linux-2.6.33
/// printk_ratelimit).
void log_stopped_flag();

} // namespace forkproof
