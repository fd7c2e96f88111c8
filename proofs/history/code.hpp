// A ladder as i386 code: a function like copy_process, calls of the steps with a jump to each label and below
// the labels calls of the releases, and a small function for each step and each release, over words in
// memory. So what Z3 says about the ladder as terms can be seen to happen to instructions.
#pragma once
#include "proofs/history/replay.hpp"

namespace forkproof::proofs {

/// Where the code finds the call, and keeps its accounts: words from `base` on.
struct LadderWords {
    std::uint32_t base = 0;
    std::size_t steps = 0, resources = 0;

    enum class Choice : std::uint8_t { fails, keeps, unlucky };         ///< 0 or 1
    enum class Account : std::uint8_t { pointer, held, dropped, wild }; ///< wild: 0 or 1
    enum PointerValue : std::uint32_t { IS_NULL, IS_THE_PARENTS, IS_ITS_OWN };

    [[nodiscard]] std::uint32_t flags() const { return base; }
    [[nodiscard]] std::uint32_t brings() const { return base + 4; }
    [[nodiscard]] std::uint32_t choice(Choice which, std::size_t step) const;
    [[nodiscard]] std::uint32_t account(Account which, std::size_t resource) const;
    [[nodiscard]] std::uint32_t end() const { return account(Account::pointer, resources); }
};

struct LadderCode {
    std::uint32_t base = 0; ///< where the bytes belong; the function begins there
    std::vector<std::uint8_t> bytes;
    LadderWords words;
    std::vector<std::uint32_t> steps; ///< the function of each step: eax is 0, or 1 + its place if it fails
    std::vector<std::uint32_t> releases; ///< of each row of the releases
};

/// The function takes no arguments and answers like the step that failed, or 0.
LadderCode ladder_code(const Ladder& ladder, std::uint32_t base, std::uint32_t words);

} // namespace forkproof::proofs
