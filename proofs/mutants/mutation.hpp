// Faults in one machine instruction: other bytes of the same length, which decode to one instruction, or to
// nops.
#pragma once
#include "proofs/image/dwarf.hpp"
#include "proofs/image/elf.hpp"
#include "proofs/machine/decode.hpp"

namespace forkproof::proofs::mutants {

/// Some bytes of the image that differ.
struct Change {
    u32 address;
    std::vector<u8> bytes;
};

struct Mutation {
    std::string kind;  ///< "condition-inverted", "call-dropped", ...
    std::string words; ///< "jz 0xC0104210 -> jnz 0xC0104210"
    u32 address;       ///< of the instruction, or of the table
    std::vector<Change> changes;

    /// "copy_process+0x1f/condition-inverted": stays when other functions change.
    std::string name;
    /// Where in the source: "kernel/fork/copy_process.cpp:51".
    std::string line;
};

/// Whether the instruction does nothing, and only fills a place: nop, lea esi, [esi+0].
bool is_padding(const Instruction& instruction);

/// All mutations of an instruction, the most telling first. None for what only keeps the stack frame (push,
/// pop, leave, ret, esp moved by a constant), for padding, and for jumps and instructions without an operand
/// that could be another.
std::vector<Mutation> mutations_of(const Instruction& instruction, const Image& image);

/// Of the table of steps: the acquires of neighbouring rows swapped, their releases swapped.
std::vector<Mutation> mutations_of_step_table(const Image& image, const Layouts& layouts);

/// The image with the mutation's bytes.
Image apply(const Mutation& mutation, const Image& image);

} // namespace forkproof::proofs::mutants
