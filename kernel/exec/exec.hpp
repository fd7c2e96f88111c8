// execve: the current task becomes another program.
#pragma once
#include "kernel/files/path.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

inline constexpr u32 ARG_PAGES =
    32; ///< most memory for arguments and environment (linux-2.6.33 MAX_ARG_PAGES)

/// The strings of argv and envp, kept in frames of their own between the old memory and the new.
class ArgBlock {
  public:
    ~ArgBlock();
    /// Copies argv and envp from ring 3. EFAULT, E2BIG, ENOMEM.
    [[nodiscard]] Errno from_user(UserAddr argv, UserAddr envp);
    /// Adds one string of the kernel's own to argv. E2BIG, ENOMEM.
    [[nodiscard]] Errno add_argument(Text text);

    [[nodiscard]] u32 argc() const { return argc_; }
    [[nodiscard]] u32 envc() const { return envc_; }
    [[nodiscard]] u32 size() const { return size_; }
    /// The bytes from `offset` that lie in one page.
    [[nodiscard]] Text piece(u32 offset) const;

  private:
    [[nodiscard]] Errno append(const char* bytes, u32 n);
    [[nodiscard]] Errno copy_vector(UserAddr vector, u32& count);
    Pfn pages_[ARG_PAGES] = {};
    u32 size_ = 0;
    u32 argc_ = 0, envc_ = 0;
};

/// What an exec has acquired before the point of no return. While the task sleeps in exec this is one more
/// holder.
struct Bprm {
    Path file;                  ///< what is executed, counted
    Files* files = nullptr;     ///< a copy, if the table is shared
    Sighand* sighand = nullptr; ///< a spare, if the handlers are shared
    Cred* cred = nullptr;
    Mm* mm = nullptr;
    u32 entry = 0, stack = 0;
    bool unsafe_share = false; ///< a process outside the group shares fs: it could pull root away
    bool set_in_exec = false;

    explicit Bprm(const Path& executed) : file(executed) { current()->bprm = this; }
    /// Gives back whatever is still here.
    ~Bprm();
};

/// Replaces the program of the current task. Up to the point of no return a failure leaves everything as it
/// was: ENOENT, EACCES, ENOEXEC, ENOMEM, E2BIG, EAGAIN. `regs` become the new program's. The place of the
/// file is given up in any case.
[[nodiscard]] Errno do_execve(HeldPath& file, Text path, const ArgBlock& arguments, PtRegs& regs);
/// The file that an execve of this path would run: ENOENT, EACCES.
[[nodiscard]] Errno open_exec(Text path, HeldPath& file);

i32 sys_execve(PtRegs& regs);

/// Builds the new memory into bprm: segments, heap, stack with arguments and auxiliary vector. ENOEXEC,
/// ENOMEM.
[[nodiscard]] Errno load_program(const Inode& file, const ArgBlock& arguments, bool secure, Bprm& bprm);

/// Ends all other threads of the group; the caller becomes its leader (linux-2.6.33 de_thread). EAGAIN if the
/// group is dying already.
[[nodiscard]] Errno de_thread();

} // namespace forkproof
