// One instruction, as the stack analysis sees it: what it does to esp and ebp, and where execution goes on.
#pragma once
#include "proofs/machine/decode.hpp"
#include "proofs/stack/code.hpp"
#include <optional>

namespace forkproof::proofs::stack {

struct Move {
    enum class Effect {
        none,
        push,         ///< esp -= amount
        pop,          ///< esp += amount
        push_ebp,     ///< push, of ebp
        pop_ebp,      ///< pop, into ebp
        set_ebp,      ///< ebp = esp
        leave,        ///< esp = ebp, pop ebp
        esp_from_ebp, ///< esp = ebp + amount
        align,        ///< esp &= amount
        spoil_ebp,    ///< ebp is something else now
        load_esp,     ///< esp is loaded from memory
    };
    enum class Next {
        follows,
        branch, ///< to target, or follows
        jump,   ///< to target; without one, indirect
        call,   ///< of target; without one, indirect
        ret,    ///< amount is what it pops besides the return address
        iret,
        ends, ///< ud2
    };
    Address at = 0, length = 0;
    Effect effect = Effect::none;
    Next next = Next::follows;
    int amount = 0;
    std::optional<Address> target;
    [[nodiscard]] Address end() const { return at + length; }
};

/// Immediates and displacements of an instruction: the addresses that it may name.
std::vector<Address> constants(const Instruction& d);
/// A call or jump through a register or a word in memory.
bool is_indirect(const Instruction& d);
/// sti, popf
bool enables_interrupts(const Instruction& d);

/// Reads the code of an image, each instruction once.
class Reader {
  public:
    explicit Reader(const Code& code);

    [[nodiscard]] const Code& code() const { return code_; }
    /// Both stop at bytes that are no instruction, the second also at one whose effect on esp is not among
    /// the above.
    [[nodiscard]] const Instruction& decode(Address at) const;
    [[nodiscard]] Move at(Address at) const;

  private:
    const Code& code_;
    Decoder decoder_;
};

} // namespace forkproof::proofs::stack
