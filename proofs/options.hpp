// What a person may type after `prove`.
#pragma once
#include "proofs/theorem.hpp"
#include <optional>

namespace forkproof::proofs {

/// The status of a program that was asked for what it cannot do, or given an image that is none.
inline constexpr int BAD_USAGE = 2;

struct Options {
    std::vector<std::string> names;  ///< theorems, or how their names begin; all if none is given
    std::vector<std::string> except; ///< names, or how they begin: left out
    std::string kernel = "build/kernel.elf";
    std::string disk_image;
    std::string boot_memory; ///< "" if there is none: what needs one is left out
    bool full = false, fresh = false, list = false, details = false;
    std::string json, junit; ///< files; "" if none
    std::string smt;         ///< a folder for obligations; "" if they are not wanted
    std::string cache = "build/proof-cache";
    unsigned jobs = 1;
    unsigned cvc5_seconds = 60; ///< for each obligation
};

/// The options, or the status to end with: what is wrong has been said then, or the help.
struct ReadOptions {
    std::optional<Options> options;
    int status = 0;
};
ReadOptions read_options(int count, char** arguments);

/// The theorems asked for, in order; those of the full check only there. Nothing if a name is nobody's: that
/// has been said then.
std::optional<std::vector<Theorem>> chosen(const std::vector<Theorem>& all, const Options& options);

} // namespace forkproof::proofs
