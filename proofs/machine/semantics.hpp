// What each instruction does (Intel SDM volume 2), for the instructions that the kernel is made of.
// proofs/validate compares every form with the processor.
#pragma once
#include "proofs/machine/decode.hpp"
#include "proofs/machine/state.hpp"

namespace forkproof::proofs {

/// Executes the instruction at state.ip, and moves ip on. Throws Fork with the state unchanged where the path
/// divides, a Violation where the code does what no kernel may do, CannotTell where the instruction has no
/// semantics here. Faults of segment loads and of iret, interrupts and single steps are not modelled.
void execute(State& state, const Instruction& instruction);

/// Whether execute knows the mnemonic.
[[nodiscard]] bool has_semantics(const Instruction& instruction);

/// On this path the value, of 64 bits, came from the time stamp counter.
[[nodiscard]] Truth is_time_stamp(const State& state, const Word& value);

} // namespace forkproof::proofs
