// The flag words of `failing` (user/failing/words.hpp): every two flags in all ways that any accepted word
// has.
#include "kernel/fork/verdict.hpp"
#include "user/failing/words.hpp"
#include <gtest/gtest.h>
#include <set>

namespace forkproof::tests {
namespace {

using user::FACTORS;
using user::flag_words;

constexpr VerdictContext root = {.cap_sys_admin = true,
                                 .cap_setuid = true,
                                 .cap_setgid = true,
                                 .cap_sys_resource = true,
                                 .first_user = true};

bool kernel_accepts(std::uint32_t flags) {
    return verdict(flags, root, profile_default).refused_by == RuleId::none;
}

/// A word as a set of factors: bit i says that factor i is there.
std::uint32_t factors_of(std::uint32_t flags) {
    std::uint32_t set = 0;
    for (int f = 0; f < FACTORS; f++) set |= user::has_factor(flags, f) ? 1U << f : 0;
    return set;
}
std::uint32_t flags_of(std::uint32_t set) {
    std::uint32_t flags = 0;
    for (int f = 0; f < FACTORS; f++) flags |= (set >> f & 1) != 0 ? user::factor_bits(f) : 0;
    return flags;
}

constexpr std::uint32_t ALL = (1U << FACTORS) - 1;

/// Which factors occur, and which are missing, beside each one that occurs or is missing.
class Pairs {
  public:
    void add(std::uint32_t set) {
        for (int f = 0; f < FACTORS; f++) {
            const int there = set >> f & 1;
            with_[f][there] |= set;
            without_[f][there] |= ~set & ALL;
        }
    }
    /// Ways in which two different factors occur.
    [[nodiscard]] int count() const {
        int n = 0;
        for (int a = 0; a < FACTORS; a++)
            for (int b = a + 1; b < FACTORS; b++)
                for (int there = 0; there < 2; there++)
                    n += static_cast<int>((with_[a][there] >> b & 1) + (without_[a][there] >> b & 1));
        return n;
    }
    bool operator==(const Pairs&) const = default;

  private:
    std::uint32_t with_[FACTORS][2] = {}, without_[FACTORS][2] = {};
};

Pairs pairs_of_all_accepted_words() {
    Pairs pairs;
    for (std::uint32_t set = 0; set <= ALL; set++)
        if (kernel_accepts(flags_of(set))) pairs.add(set);
    return pairs;
}

Pairs pairs_of_words(int left_out) {
    Pairs pairs;
    for (int i = 0; i < flag_words.count; i++)
        if (i != left_out) pairs.add(factors_of(flag_words.word[i]));
    return pairs;
}

TEST(FlagWords, AreAcceptedByTheKernel) {
    for (int i = 0; i < flag_words.count; i++)
        EXPECT_TRUE(kernel_accepts(flag_words.word[i])) << std::hex << flag_words.word[i];
}

TEST(FlagWords, AreAllDifferentAndFew) {
    const std::set<std::uint32_t> words(flag_words.word, flag_words.word + flag_words.count);
    EXPECT_EQ(static_cast<int>(words.size()), flag_words.count);
    EXPECT_LE(flag_words.count, 24);
}

TEST(FlagWords, HaveEveryPairThatAnyAcceptedWordHas) {
    const Pairs possible = pairs_of_all_accepted_words();
    EXPECT_EQ(pairs_of_words(-1), possible);
    EXPECT_EQ(possible.count(), flag_words.pairs);
}

// The nine that cannot be: THREAD without SIGHAND or VM, SIGHAND without VM, NEWUSER with THREAD or FS, NEWNS
// with FS, NEWIPC with SYSVSEM, NEWPID with THREAD or PARENT.
TEST(FlagWords, AreWithoutNinePairsThatRulesRefuse) { EXPECT_EQ(flag_words.impossible, 9); }

// So that the comparison above can fail.
TEST(FlagWords, LoseAPairWithoutTheLastOne) {
    EXPECT_NE(pairs_of_words(flag_words.count - 1), pairs_of_words(-1));
}

} // namespace
} // namespace forkproof::tests
