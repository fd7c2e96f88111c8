// The flag words that every call is made with: few, and yet every two flags occur in all four ways that the
// rules accept (a covering array of strength 2). Made at compile time; tests/unit/flag_words_test.cpp counts
// after it, and shows by trying all words that no accepted word has a pair that is missing here.
#pragma once
#include "invariants/rules.hpp"

namespace user {

using forkproof::flag_names;

inline constexpr int FLAGS = sizeof flag_names / sizeof *flag_names;
/// The last one is the exit signal: SIGCHLD or none.
inline constexpr int FACTORS = FLAGS + 1;
inline constexpr std::uint32_t EXIT_SIGNAL = 17; // SIGCHLD

constexpr std::uint32_t factor_bits(int factor) {
    return factor < FLAGS ? flag_names[factor].bit : EXIT_SIGNAL;
}
constexpr bool has_factor(std::uint32_t flags, int factor) { return (flags & factor_bits(factor)) != 0; }

/// Whether no rule refuses it to root, who is no init.
constexpr bool accepted(std::uint32_t flags) {
    using namespace forkproof;
    const VerdictContext root = {.cap_sys_admin = true,
                                 .cap_setuid = true,
                                 .cap_setgid = true,
                                 .cap_sys_resource = true,
                                 .first_user = true};
    return first_refusal(PlainView{flags, root}, profile_default) == RuleId::none;
}

/// One of the four ways of a pair: bit 0 is the first flag, bit 1 the second.
constexpr int way_of(std::uint32_t flags, int a, int b) {
    return (has_factor(flags, a) ? 1 : 0) | (has_factor(flags, b) ? 2 : 0);
}

struct FlagWords {
    static constexpr int MOST = 80;
    std::uint32_t word[MOST] = {};
    int count = 0;
    int pairs = 0;      ///< ways of pairs that occur
    int impossible = 0; ///< ways of pairs for which no word was found
    bool full = false;  ///< there were more words than room

    constexpr FlagWords();

  private:
    unsigned char seen_[FACTORS][FACTORS] = {}; ///< which ways have occurred
    std::uint32_t random_ = 2463534242U;        // xorshift32 (Marsaglia 2003)

    constexpr std::uint32_t random() {
        random_ ^= random_ << 13;
        random_ ^= random_ >> 17;
        random_ ^= random_ << 5;
        return random_;
    }
    static constexpr void set(std::uint32_t& flags, int factor, bool on) {
        flags = on ? flags | factor_bits(factor) : flags & ~factor_bits(factor);
    }
    constexpr std::uint32_t random_word() {
        const std::uint32_t r = random();
        std::uint32_t flags = 0;
        for (int f = 0; f < FACTORS; f++) set(flags, f, r >> f & 1);
        return flags;
    }
    /// Any accepted word in which the pair occurs so; false if many tries find none.
    constexpr bool find(int a, int b, int way, std::uint32_t& flags) {
        constexpr int TRIES = 600;
        for (int i = 0; i < TRIES; i++) {
            flags = random_word();
            set(flags, a, way & 1);
            set(flags, b, way & 2);
            if (accepted(flags)) return true;
        }
        return false;
    }
    [[nodiscard]] constexpr int gain(std::uint32_t flags) const {
        int n = 0;
        for (int a = 0; a < FACTORS; a++)
            for (int b = a + 1; b < FACTORS; b++) n += seen_[a][b] >> way_of(flags, a, b) & 1 ? 0 : 1;
        return n;
    }
    constexpr void add(std::uint32_t flags) {
        if (count == MOST) {
            full = true;
            return;
        }
        word[count++] = flags;
        pairs += gain(flags);
        for (int a = 0; a < FACTORS; a++)
            for (int b = a + 1; b < FACTORS; b++)
                seen_[a][b] = static_cast<unsigned char>(seen_[a][b] | 1 << way_of(flags, a, b));
    }
    /// The best of a few accepted words with this pair.
    constexpr void cover(int a, int b, int way) {
        constexpr int CANDIDATES = 12;
        std::uint32_t best = 0;
        int best_gain = 0;
        for (int i = 0; i < CANDIDATES; i++) {
            std::uint32_t flags = 0;
            if (!find(a, b, way, flags)) break;
            const int g = gain(flags);
            if (g > best_gain) {
                best = flags;
                best_gain = g;
            }
        }
        if (best_gain == 0)
            impossible++;
        else
            add(best);
    }
};

constexpr FlagWords::FlagWords() {
    for (int a = 0; a < FACTORS; a++)
        for (int b = a + 1; b < FACTORS; b++)
            for (int way = 0; way < 4; way++)
                if (!(seen_[a][b] >> way & 1)) cover(a, b, way);
}

inline constexpr FlagWords flag_words;
static_assert(!flag_words.full &&
              flag_words.pairs + flag_words.impossible == FACTORS * (FACTORS - 1) / 2 * 4);

} // namespace user
