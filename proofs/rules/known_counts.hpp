// How many of the 4096 words over the twelve flags of the verdict each profile accepts and refuses, for
// callers whom no limit stops. Found by brute force over two transcriptions of the 2.6.33 listing that were
// written independently of the rule table; the unit tests do that again.
#pragma once

namespace forkproof::proofs {

struct KnownCounts {
    const char* profile;
    bool privileged; ///< all four capabilities, or none
    bool unkillable; ///< the caller is an init
    unsigned accepted;
    unsigned early_einval; ///< by a structure rule of the first six, or newuser-fs
    unsigned late_einval;  ///< by the last three rules
    unsigned eperm;
};

inline constexpr KnownCounts known_counts[] = {
    {"linux-2.6.33", true, false, 720, 2752, 624, 0},  {"linux-2.6.33", true, true, 468, 3424, 204, 0},
    {"linux-2.6.33", false, false, 32, 2304, 0, 1760}, {"linux-2.6.33", false, true, 16, 2688, 0, 1392},
    {"default", true, false, 612, 2944, 540, 0},       {"default", true, true, 396, 3520, 180, 0},
    {"default", false, false, 32, 2304, 0, 1760},      {"default", false, true, 16, 2688, 0, 1392},
};

} // namespace forkproof::proofs
