// The instruction forms that a kernel is made of, each with some of its encodings.
#pragma once
#include "proofs/image/elf_file.hpp"
#include "proofs/machine/decode.hpp"
#include <map>
#include <set>

namespace forkproof::proofs {

using Bytes = std::vector<std::uint8_t>;

struct FormOfCode {
    unsigned occurrences = 0;
    bool pair = false; ///< two instructions
    /// Chosen evenly among those that occur, by a number made of the bytes, so that the choice is always the
    /// same.
    std::map<std::uint64_t, Bytes> encodings;
};

/// By name, as form() has it.
class Forms {
  public:
    /// Every instruction of the executable sections.
    void add(const ElfFile& file);
    /// One instruction, or two.
    void add(const Bytes& instructions);

    [[nodiscard]] const std::map<std::string, FormOfCode>& all() const { return forms_; }

  private:
    void add(const Instruction& instruction, const Bytes& bytes);
    std::map<std::string, FormOfCode> forms_;
};

/// Decodes these bytes as standing at this address; throws CannotTell.
[[nodiscard]] Instruction decoded(const Bytes& bytes, std::uint32_t address);

/// "8B 45 08"
[[nodiscard]] std::string hex(const Bytes& bytes);

/// Encodings that some kernel may come to have, as other options of g++ and the mutants of the machine code
/// do: all conditions of jumps, moves and sets, and what occurs at -O0, -O1, -Os and -O3.
[[nodiscard]] std::span<const Bytes> further_encodings();

} // namespace forkproof::proofs
