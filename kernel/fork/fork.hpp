// kernel/fork/ is what this project is about: how a process is made. Read it in this order: sys_fork (the
// three calls), do_fork (the whole way), verdict (who may), copy_process (the steps, and how they are
// undone), steps (what each takes and gives back), publish (the moment the child exists for others).
#pragma once
#include "kernel/fork/verdict.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

/// What is asked for, and what has been made of it so far.
struct ForkRequest {
    u32 flags = 0;
    u32 stack_start = 0;          ///< the child's esp; or its function, for a kernel thread
    const PtRegs* regs = nullptr; ///< the caller's registers
    UserAddr parent_tid = 0, child_tid = 0;

    Task* child = nullptr;
    Pid* pid = nullptr;
};

/// Makes a child: its number as the caller sees it, or -errno with everything as before
/// (invariants/residue.hpp says what may differ). With CLONE_VFORK returns when the child has given up its
/// address space. linux-2.6.33 do_fork.
[[nodiscard]] i32 do_fork(ForkRequest& request);

/// Runs the steps. OK: the child is complete and the locks of signal-check are held. Otherwise: nothing is
/// held.
[[nodiscard]] Errno copy_process(ForkRequest& request);

/// Makes the child visible: counts, lists, numbers; drops the locks. Cannot fail (listing, lines 496-528).
void publish(ForkRequest& request);

/// What the verdict needs to know of the caller and the system for a call with these flags.
[[nodiscard]] VerdictContext verdict_context(u32 flags);

/// The rules in force: the default profile unless the command line says otherwise.
extern RuleSet rules_in_force;

/// A task of the kernel's own that runs function(argument); its pid or -errno. linux-2.6.33 kernel_thread.
[[nodiscard]] i32 kernel_thread(int (*function)(void*), void* argument, u32 flags);

i32 sys_fork(PtRegs& regs);
i32 sys_vfork(PtRegs& regs);
i32 sys_clone(PtRegs& regs);

} // namespace forkproof
