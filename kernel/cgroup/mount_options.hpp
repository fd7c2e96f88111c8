// What mount -t cgroup -o says.
#pragma once
#include "kernel/lib/string.hpp"

namespace forkproof {

struct CgroupOptions {
    bool ns = false; ///< bind the subsystem ns
    Text name;       ///< name=; in the text that was parsed
};

/// Options between commas: all (what stands for none at all), ns, none, name=. ENOENT: no such subsystem;
/// EINVAL: contradictory, an empty option, a bad name, or neither a subsystem nor a name; noprefix and
/// release_agent= are not done here. linux-2.6.33 parse_cgroupfs_options.
Result<CgroupOptions> parse_cgroup_options(Text data);

} // namespace forkproof
