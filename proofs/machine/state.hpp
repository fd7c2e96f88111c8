// The processor and memory on one path: registers, flags, segments, the calls that are open, and what the
// path has assumed.
#pragma once
#include "proofs/machine/flags.hpp"
#include "proofs/machine/memory.hpp"
#include <array>
#include <vector>

namespace forkproof::proofs {

/// The numbers are the processor's (Intel SDM volume 2, table 3-1).
enum class Reg : std::uint8_t { eax, ecx, edx, ebx, esp, ebp, esi, edi };
enum class Seg : std::uint8_t { es, cs, ss, ds, fs, gs };

/// Thrown where a path divides: the executor follows every value that is possible, executing the instruction
/// (or the contract) again with the answer known. So whoever throws it must not have changed the state.
struct Fork {
    z3::expr on; ///< a Boolean, or a bit-vector of which one value is needed
};

/// What happened on a path, for counterexamples: the newest first.
struct Event {
    enum class Kind : std::uint8_t { call, returned, taken, passed, note } kind;
    std::uint32_t at;     ///< address of the instruction
    std::uint32_t target; ///< of a call or a taken branch
    std::string note;
    std::shared_ptr<const Event> before;
};

/// An open call: where it returns to, and what esp was right after the return address was pushed.
struct OpenCall {
    std::uint32_t function, return_address, esp;
};

/// Returning to this address ends the run.
inline constexpr std::uint32_t RETURN_TO_NOBODY = 0xfffffff0;

/// Where ip is after an iret to ring 3, and what the frame held that the state has no other place for.
inline constexpr std::uint32_t IN_RING_3 = 0xffffffe0;
struct Ring3 {
    Word ip, eflags;
};

class State {
  public:
    State(z3::context& z3, Memory memory);

    [[nodiscard]] z3::context& z3() const { return *z3_; }

    Memory memory;
    Flags flags;
    std::uint32_t ip = 0;
    std::vector<OpenCall> calls;
    std::optional<Ring3> ring3; ///< after an iret to ring 3

    [[nodiscard]] const Word& get(Reg r) const { return registers_[static_cast<int>(r)]; }
    void set(Reg r, Word value);
    /// Parts of a register: width 8 with `high` is ah, ch, dh, bh of registers 0 to 3.
    [[nodiscard]] Word get_part(Reg r, unsigned width, bool high) const;
    void set_part(Reg r, const Word& value, bool high);
    /// 16 bits each.
    [[nodiscard]] const Word& get(Seg s) const { return segments_[static_cast<int>(s)]; }
    void set(Seg s, Word selector);

    /// The value of a Boolean on this path. Throws Fork if it is not decided yet.
    [[nodiscard]] bool decide(const Truth& condition) const;
    /// The value of a word on this path (an address, a count). Throws Fork if it is not decided yet.
    [[nodiscard]] std::uint64_t resolve(const Word& word) const;
    [[nodiscard]] std::uint32_t address(const Word& word) const {
        return static_cast<std::uint32_t>(resolve(word));
    }

    /// Throw a Violation where there is no memory, or no living object.
    [[nodiscard]] Word load(const Word& at, unsigned bytes) const;
    void store(const Word& at, const Word& value);
    void push(const Word& value);
    [[nodiscard]] Word pop(unsigned bytes = 4);

    /// A call: pushes the return address, notes that the call is open, goes to the target.
    void enter(std::uint32_t target, std::uint32_t return_address);
    /// A ret: the popped address must be the one that the innermost open call pushed, at the same place.
    void leave(unsigned extra_bytes);
    /// A jump whose target is known; out of the function it is a tail call.
    void jump(std::uint32_t target) { ip = target; }

    /// A word about which nothing is known, the same at each execution of the same path.
    [[nodiscard]] Word unknown(const std::string& name, unsigned width);

    // What the path has assumed: kept by the executor.
    void assume(const z3::expr& condition);
    /// Notes what the path decides: `on` has this value.
    void learn(const z3::expr& on, std::uint64_t value);
    [[nodiscard]] const std::vector<z3::expr>& conditions() const { return conditions_; }
    /// For merging: only the first `n` conditions; only what the other path has learned too.
    void keep_conditions(std::size_t n) {
        conditions_.erase(conditions_.begin() + static_cast<std::ptrdiff_t>(n), conditions_.end());
    }
    void keep_facts_of(const State& other);

    void note(Event::Kind kind, std::uint32_t at, std::uint32_t target = 0, std::string text = "");
    [[nodiscard]] const std::shared_ptr<const Event>& events() const { return events_; }

    bool divided = false; ///< the path has just divided, and has not yet gone its own way
    unsigned mark =
        0; ///< given by whoever watches (Executor::watch): ways with different marks never become one
    unsigned steps = 0; ///< instructions executed on this path
    unsigned names = 0; ///< how many unknowns the path has made: part of their names
    std::uint32_t lowest_esp = 0xffffffff;

  private:
    void touch(std::uint32_t at, unsigned bytes, bool write) const;

    z3::context* z3_;
    std::array<Word, 8> registers_;
    std::array<Word, 6> segments_;
    std::vector<z3::expr> conditions_;
    struct Fact {
        z3::expr on; // keeps the id taken
        std::uint64_t value;
    };
    std::map<unsigned, Fact> facts_; // by Z3's id of the term
    std::shared_ptr<const Event> events_;
};

} // namespace forkproof::proofs
