// One instruction where the processor program can execute it, and inputs that it can be executed on.
#pragma once
#include "proofs/machine/state.hpp"
#include "proofs/validate/forms.hpp"
#include "tests/native/processor.hpp"
#include <optional>

namespace forkproof::proofs {

using native::Case;

/// The same numbers at each run (splitmix64).
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(next() % limit); }
    bool once_in(std::uint32_t n) { return below(n) == 0; }
    /// Often a number at which something changes.
    std::uint32_t interesting();

  private:
    std::uint64_t state_;
};

/// An instruction at native::CODE_AT. What it refers to by number lies in the window, and its jumps go to
/// TAKEN_AT.
struct Site {
    Bytes code;
    Instruction instruction;
    std::optional<Instruction> before; ///< executed first: it sets the flags that the other one asks for

    [[nodiscard]] bool jumps_to_operand() const;
};

/// Places the encoding; other immediates than its own where `vary`. An encoding may be of two instructions
/// that work on registers only.
[[nodiscard]] Site site_of(const Bytes& encoding, bool vary, Random& random);

/// Registers, flags and memory at random, but such that all addresses lie in the window.
void make_input(const Site& site, Random& random, Case& input);

/// The bits of eflags that inputs vary and outputs are compared in: CF, PF, AF, ZF, SF, DF, OF.
inline constexpr std::uint32_t COMPARED_FLAGS = 0xcd5;
inline constexpr std::uint32_t EFLAGS_IF = 0x200;
struct FlagBit {
    Flag flag;
    unsigned bit;
};
inline constexpr FlagBit FLAG_BITS[] = {{Flag::cf, 0}, {Flag::pf, 2},  {Flag::af, 4}, {Flag::zf, 6},
                                        {Flag::sf, 7}, {Flag::df, 10}, {Flag::of, 11}};

} // namespace forkproof::proofs
