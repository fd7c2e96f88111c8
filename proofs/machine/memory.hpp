// Memory as a path sees it: what was there before, and over it the words that the path has written. The keys
// of what is written are the frame condition: nothing else has changed.
#pragma once
#include "proofs/machine/word.hpp"
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

namespace forkproof::proofs {

/// The code did what no kernel may do: a wild pointer, a freed object, a corrupted return address. Refutes
/// the theorem.
struct Violation : std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// The prover cannot go on: an instruction it does not know, a limit. Never an answer.
struct CannotTell : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What memory holds before a run, and what of it exists.
class Backing {
  public:
    virtual ~Backing() = default;
    /// The 32 bits at this address, a multiple of 4, before the run.
    [[nodiscard]] virtual Word initial(std::uint32_t address) const = 0;
    /// Throws a Violation unless all these bytes exist and may be read, or written.
    virtual void check(std::uint32_t address, unsigned bytes, bool write) const = 0;
    /// An unknown of this name; the same name is the same unknown. Under replay: its value.
    [[nodiscard]] virtual Word any(const std::string& name, unsigned width) const = 0;
};

/// A live or dead object among what a path may touch: one of the start state that the path has freed, or one
/// that it has allocated.
struct Block {
    std::uint32_t size;
    std::string kind; ///< of kernel/lib/kinds.hpp, "frame" or "stack"
    std::string name; ///< as reports call it
    std::string type; ///< its C++ type, or ""
    bool fresh;       ///< allocated on this path
    Truth alive;      ///< on merged paths a term
};

/// A word that a path has written, and which instruction did.
struct Written {
    Word value;
    std::uint32_t by;
};

class Memory {
  public:
    explicit Memory(std::shared_ptr<const Backing> backing) : backing_(std::move(backing)) {}

    /// 1, 2, 4 or 8 bytes, little-endian, at any alignment; nobody asks whether they exist (State does).
    [[nodiscard]] Word peek(std::uint32_t address, unsigned bytes) const;
    void poke(std::uint32_t address, const Word& value, std::uint32_t by = 0);

    /// By address (multiples of 4): what was written.
    [[nodiscard]] const std::map<std::uint32_t, Written>& written() const { return written_; }
    [[nodiscard]] Word initial(std::uint32_t address) const { return backing_->initial(address); }
    [[nodiscard]] const Backing& backing() const { return *backing_; }

    /// By address: what the path has allocated or freed.
    std::map<std::uint32_t, Block> blocks;
    /// The block that this address lies in, or null.
    [[nodiscard]] const std::pair<const std::uint32_t, Block>* block_at(std::uint32_t address) const;

  private:
    [[nodiscard]] Word word_at(std::uint32_t aligned) const;

    std::shared_ptr<const Backing> backing_;
    std::map<std::uint32_t, Written> written_;
};

} // namespace forkproof::proofs
