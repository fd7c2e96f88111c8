// The state of a booted kernel, read from its memory by the layouts in its debug information: the list of
// tasks is walked through the kernel's own pointers, and what they hold is numbered as it is met.
#pragma once
#include "proofs/image/dwarf.hpp"
#include "proofs/image/elf.hpp"
#include "proofs/induction/first_state.hpp"

namespace forkproof::proofs::induction {

/// The machine's memory from physical address 0 on, as Bochs's `writemem` has written it.
class MemoryDump {
  public:
    explicit MemoryDump(std::vector<u8> bytes) : bytes_(std::move(bytes)) {}
    /// Throws NotProved (unknown) if the file cannot be read or is empty.
    static MemoryDump load(const std::string& file);

    /// Up to 8 bytes at a virtual address of the kernel's. Throws NotProved (refuted) outside the dump.
    [[nodiscard]] std::uint64_t read(u32 address, u32 size) const;
    /// For tests.
    void write(u32 address, u32 size, std::uint64_t value);

  private:
    [[nodiscard]] std::size_t place(u32 address, u32 size) const;
    std::vector<u8> bytes_;
};

struct BootedState {
    FirstState state;
    /// What a state of the model cannot even say: a dead object that is held, a live one that nobody holds.
    std::vector<std::string> problems;
};

BootedState booted_state(const MemoryDump& memory, const Image& image, const Layouts& layouts);

} // namespace forkproof::proofs::induction
