// proofs/stack/ bounds the kernel stack by reading the kernel's machine code: how deep each function goes
// (frame), what calls through pointers may reach (indirect), the frames put together along the calls (depth),
// what is believed of this kernel (kernel_rows), and the theorems. Code outside the image, built by hand, is
// read in the same way (code).
#pragma once
#include "proofs/stack/kernel_rows.hpp"
#include "proofs/theorem.hpp"

namespace forkproof::proofs {

/// Everything needed to bound this image's stacks. Reading it stops (stack::Stopped) where the rows do not
/// fit it.
class StackAnalysis {
  public:
    explicit StackAnalysis(const Image& image);
    StackAnalysis(const StackAnalysis&) = delete;
    StackAnalysis& operator=(const StackAnalysis&) = delete;

    [[nodiscard]] bool has(const std::string& function) const { return code_.has(function); }
    /// From the stack's top, or from the return address of a function that is not entered from elsewhere.
    stack::StackBound bound(const std::string& function, bool panics = false);
    /// The system call of this name, from the stack's top until ring 3 goes on.
    stack::StackBound call_bound(const std::string& call, bool panics = false,
                                 const std::string& gate = "entry_syscall");
    /// The worst of all functions of these names (see stack::fits).
    stack::StackBound worst(const std::string& pattern);

    /// What the bounds so far rest on, a line each.
    [[nodiscard]] std::vector<std::string> assumptions() const;
    /// What the rows leave open: a line each.
    [[nodiscard]] std::vector<std::string> gaps() const;
    /// Where the function, or what it calls, switches interrupts on.
    std::vector<std::string> interrupts_enabled(const std::string& function);
    [[nodiscard]] unsigned functions_read() const;

  private:
    stack::Code code_;
    stack::Reader reader_;
    stack::Pointers pointers_;
    stack::Kernel kernel_;
};

/// A function's own bound, panics excluded, as StackAnalysis::bound.
stack::StackBound bound_of(const Image& image, const std::string& entry);

/// "entry_syscall 76, do_syscall 32, ..."
std::string path_text(const stack::StackBound& bound);

std::vector<Theorem> stack_theorems();

} // namespace forkproof::proofs
