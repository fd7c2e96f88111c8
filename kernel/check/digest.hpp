// The digest of the living state: equal before and after a failed call, or the call left something behind. It
// is taken over a walk from the roots that knows no addresses (objects are numbered when first met), less
// what invariants/residue.hpp allows.
#pragma once
#include "kernel/lib/types.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

enum class DigestPart : u8 { tasks, creds, files, memory, signals, namespaces, pids, counts, parts };
inline constexpr int DIGEST_PARTS = static_cast<int>(DigestPart::parts);
inline constexpr const char* digest_part_names[DIGEST_PARTS] = {"tasks",   "creds",      "files", "memory",
                                                                "signals", "namespaces", "pids",  "counts"};

struct Digest {
    u32 part[DIGEST_PARTS] = {};
    bool operator==(const Digest&) const = default;
    /// One number for people.
    [[nodiscard]] u32 all() const;
};

/// `ignored_pending`: signals of the caller that the failure itself was made with.
[[nodiscard]] Digest take_digest(SigSet ignored_pending);

} // namespace forkproof
