// The three calls by which a program makes a process, and the kernel's own.
#include "kernel/arch/traps.hpp"
#include "kernel/fork/fork.hpp"

namespace forkproof {

i32 sys_fork(PtRegs& regs) {
    ForkRequest request{.flags = SIGCHLD, .stack_start = regs.sp, .regs = &regs};
    return do_fork(request);
}

i32 sys_vfork(PtRegs& regs) {
    ForkRequest request{.flags = CLONE_VFORK | CLONE_VM | SIGCHLD, .stack_start = regs.sp, .regs = &regs};
    return do_fork(request);
}

/// ebx flags, ecx the child's stack (0: the caller's), edx parent_tid, esi TLS, edi child_tid.
i32 sys_clone(PtRegs& regs) {
    ForkRequest request{.flags = regs.bx,
                        .stack_start = regs.cx != 0 ? regs.cx : regs.sp,
                        .regs = &regs,
                        .parent_tid = regs.dx,
                        .child_tid = regs.di};
    return do_fork(request);
}

i32 kernel_thread(int (*function)(void*), void* argument, u32 flags) {
    PtRegs regs{};
    regs.bx = static_cast<u32>(reinterpret_cast<std::uintptr_t>(function));
    regs.dx = static_cast<u32>(reinterpret_cast<std::uintptr_t>(argument));
    regs.cs = KERNEL_CS;
    ForkRequest request{.flags = flags | CLONE_VM | CLONE_UNTRACED, .regs = &regs};
    return do_fork(request);
}

} // namespace forkproof
