// How deep the stack becomes: frames put together along the calls.
#pragma once
#include "proofs/stack/frame.hpp"
#include "proofs/stack/indirect.hpp"

namespace forkproof::proofs::stack {

/// A function that comes up more than once on one path, how often at most, and why that is so.
struct Nesting {
    std::string function;
    unsigned times = 1;
    std::string why;
};

/// A function that is not counted in, and why.
struct LeftOut {
    std::string function; ///< with * at its end: all that begin so
    bool ends_run;        ///< a panic: what it uses is reported apart
    std::string why;
};

/// A function that is entered with something on the stack.
struct Entered {
    std::string function; ///< with * at its end: all that begin so; the first that fits counts
    unsigned pushed;
    std::string by;
};

/// What to believe of one kernel.
struct Beliefs {
    std::vector<Nesting> nestings;
    std::vector<LeftOut> left_out;
    std::vector<Entered> entered;
    std::vector<std::string>
        stack_switch; ///< load esp from where they stored it, on the way back to the task
};

/// One function of a path and the bytes between its caller's frame and the next function's, return address
/// included.
struct PathPart {
    std::string function;
    unsigned bytes = 0;
};

struct StackBound {
    unsigned bytes = 0; ///< below esp at entry, where the return address is
    std::vector<PathPart> path;
};

/// The functions of a kernel that have been walked through.
class Kernel {
  public:
    Kernel(const Reader& reader, const Pointers& pointers, Beliefs beliefs)
        : reader_(reader), code_(reader.code()), pointers_(pointers), beliefs_(std::move(beliefs)) {}

    /// The deepest that the stack becomes from this function's entry until it returns, ends, or is left.
    /// `panics`: count what ends the run, too. Stops at a recursion that no nesting bounds.
    StackBound bound(Address entry, bool panics = false);
    /// Where it, or what it calls, switches interrupts on: names.
    std::vector<std::string> interrupts_enabled(Address entry);

    /// Walks through everything anew, as is needed after Pointers::choose.
    void forget();
    /// Of all functions walked through.
    [[nodiscard]] std::set<std::string> names() const;
    /// The beliefs that mattered, a line each.
    [[nodiscard]] std::vector<std::string> believed() const;

  private:
    /// How many more times each function with a nesting may come up, in the order of beliefs_.nestings.
    using Left = std::vector<unsigned>;
    struct Deepest {
        unsigned bytes = 0;
        std::optional<Address> next;
        unsigned here = 0; ///< bytes of this function's own on the way to `next`
        Left left;         ///< at `next`
    };

    void explore(Address entry);
    void visit(Address entry, std::vector<Address>& pending);
    const Deepest& deepest(Address entry, const Left& left);
    [[nodiscard]] unsigned pushed_at(Address entry) const;
    [[nodiscard]] std::optional<std::size_t> nesting_of(Address entry) const;
    [[nodiscard]] bool is_left_out(Address function) const;
    [[noreturn]] void stop_at_recursion(Address again) const;

    const Reader& reader_;
    const Code& code_;
    const Pointers& pointers_;
    Beliefs beliefs_;
    std::map<Address, Frame> frames_;
    std::map<Address, std::set<Address>> callers_;
    std::set<Address> explored_; ///< of them, those whose frames are final
    std::map<std::pair<Address, Left>, Deepest> known_;
    std::vector<Address> open_; ///< from the entry to the function that is being computed
    std::set<std::pair<Address, Left>> computing_;
    bool panics_ = false;
};

} // namespace forkproof::proofs::stack
