// What a proof rests on that no theorem proves, and how many lines of it there are to read.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace forkproof::proofs {

struct TrustedPart {
    std::string what;
    std::vector<std::string> places; ///< files, and folders for all that is below and not in another part
};

/// Every source below invariants/ and proofs/ belongs to one of these; the last one holds what is not
/// trusted.
const std::vector<TrustedPart>& trusted_parts();

/// Which part a source belongs to; nothing if to none.
std::optional<std::size_t> part_of(const std::string& source);

/// Lines of code, without blank ones and those that hold only a comment, by part; nothing if the sources are
/// not below `root`.
std::optional<std::vector<unsigned>> count_trusted(const std::string& root);

/// "trusted: specification S lines, hooks H, loader L, semantics M, ...".
std::string trusted_line(const std::string& root);

} // namespace forkproof::proofs
