// Running a signal handler in ring 3: what was interrupted is laid on the user's stack as a frame, the
// handler runs, and returns through rt_sigreturn or sigreturn, which takes it from there (linux-2.6.33
// arch/x86/kernel/signal.c). Said short of Linux: siginfo_t holds the number alone, there is no
// alternate stack, and in the frame's FPU state only the FXSAVE image counts.
#pragma once
#include "kernel/arch/pt_regs.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

/// Makes the return to ring 3 one into the handler of this signal, with `mask` to be blocked again after it.
/// False: there is no room for the frame on the user's stack; nothing has changed then but below its end.
[[nodiscard]] bool setup_signal_frame(int signal, const SigAction& action, SigSet mask, PtRegs& regs);

/// The end of a handler: the registers and the mask are those of the frame. SIGSEGV if there is none.
i32 sys_sigreturn(PtRegs& regs);
i32 sys_rt_sigreturn(PtRegs& regs);

} // namespace forkproof
