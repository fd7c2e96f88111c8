#include "kernel/task/signal_frame.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/mm/uaccess.hpp"

namespace forkproof {

namespace {

/// linux-2.6.33 asm/sigcontext.h struct sigcontext for i386.
struct Sigcontext {
    u32 gs, fs, es, ds;
    u32 di, si, bp, sp, bx, dx, cx, ax;
    u32 trapno, err;
    u32 ip, cs, flags;
    u32 sp_at_signal, ss;
    UserAddr fpstate; ///< 0: the FPU was not in use
    u32 oldmask, cr2;
};
static_assert(sizeof(Sigcontext) == 88);

/// struct sigframe and rt_sigframe of linux-2.6.33 asm/sigframe.h. A handler returns to `return_to` with the
/// rest at its stack pointer; `code` is for those who have named no restorer.
struct Frame {
    UserAddr return_to;
    u32 signal;
    Sigcontext context;
    u8 unused_fpstate[112 + 512]; // where older kernels had the FPU state
    u32 mask_high;
    u8 code[8];
};
struct RtFrame {
    UserAddr return_to;
    u32 signal;
    UserAddr info_at, context_at;
    u32 info[32]; ///< siginfo_t
    struct {
        u32 flags;
        UserAddr link;
        u32 stack_sp, stack_flags, stack_size;
        Sigcontext mcontext;
        SigSet mask;
    } context; ///< struct ucontext
    u8 code[8];
};

static_assert(offsetof(RtFrame, context) == 144 && offsetof(RtFrame, code) == 260); // as Linux lays it

/// The FPU state beside the frame: an old FNSAVE image, which stays empty, then FXSAVE's (struct _fpstate).
constexpr u32 OLD_IMAGE = 112, FP_SIZE = OLD_IMAGE + sizeof(FpuState), FP_ALIGNMENT = 64;
constexpr u32 MXCSR_OFFSET = 24;
constexpr u32 MXCSR_MASK = 0xffbf; ///< of processors that do not say; other bits are a fault to load

constexpr u32 SA_RESTORER = 0x04000000, SA_SIGINFO = 4; // linux-2.6.33 asm/signal.h
constexpr u32 SS_DISABLE = 2;

// What a program may change in its flags: AC OF DF TF SF ZF AF PF CF RF (linux-2.6.33 FIX_EFLAGS).
constexpr u32 FIX_EFLAGS = 0x00050dd5, EFLAGS_TF = 0x100, EFLAGS_DF = 0x400, EFLAGS_RF = 0x10000;

constexpr u32 NR_SIGRETURN = 119, NR_RT_SIGRETURN = 173;

/// pop eax; mov eax, 119; int 0x80, and the same without the pop.
constexpr u8 SIGRETURN_CODE[8] = {0x58, 0xb8, NR_SIGRETURN, 0, 0, 0, 0xcd, 0x80};
constexpr u8 RT_SIGRETURN_CODE[8] = {0xb8, NR_RT_SIGRETURN, 0, 0, 0, 0xcd, 0x80, 0};

void save_context(Sigcontext& c, const PtRegs& r, SigSet mask, UserAddr fpstate) {
    c = {};
    c.gs = r.gs, c.fs = r.fs, c.es = r.es, c.ds = r.ds;
    c.di = r.di, c.si = r.si, c.bp = r.bp, c.bx = r.bx, c.dx = r.dx, c.cx = r.cx, c.ax = r.ax;
    c.ip = r.ip, c.cs = r.cs, c.flags = r.flags;
    c.sp = c.sp_at_signal = r.sp, c.ss = r.ss;
    c.fpstate = fpstate;
    c.oldmask = static_cast<u32>(mask);
}

/// Writes the FPU state below `sp`, if there is one, and moves `sp` below it; `at` is where, or 0.
bool save_fpu(u32& sp, UserAddr& at) {
    Thread& thread = current()->thread;
    at = 0;
    if (!thread.fpu) return true;
    fpu_save(thread);
    at = sp = (sp - FP_SIZE) & ~(FP_ALIGNMENT - 1);
    return copy_to_user(at + OLD_IMAGE, thread.fpu, sizeof *thread.fpu) == Errno::OK;
}

/// The registers are the frame's again. False: the frame cannot be read.
bool restore_fpu(UserAddr fpstate) {
    Thread& thread = current()->thread;
    if (!thread.fpu) return fpstate == 0;
    fpu_drop(thread);
    if (fpstate == 0) { // it was not in use when the handler was called
        fpu_initial(*thread.fpu);
        return true;
    }
    if (copy_from_user(thread.fpu, fpstate + OLD_IMAGE, sizeof *thread.fpu) == Errno::OK) {
        u32 mxcsr;
        memcpy(&mxcsr, thread.fpu->image + MXCSR_OFFSET, sizeof mxcsr);
        mxcsr &= MXCSR_MASK;
        memcpy(thread.fpu->image + MXCSR_OFFSET, &mxcsr, sizeof mxcsr);
        return true;
    }
    fpu_initial(*thread.fpu);
    return false;
}

/// Code and stack segment are not for the program to choose: a wrong one would fault in the kernel.
bool restore_context(const Sigcontext& c, SigSet mask, PtRegs& r) {
    r.gs = c.gs, r.fs = c.fs, r.es = c.es, r.ds = c.ds;
    r.di = c.di, r.si = c.si, r.bp = c.bp, r.bx = c.bx, r.dx = c.dx, r.cx = c.cx, r.ax = c.ax;
    r.ip = c.ip, r.sp = c.sp;
    r.cs = USER_CS, r.ss = USER_DS;
    r.flags = (r.flags & ~FIX_EFLAGS) | (c.flags & FIX_EFLAGS);
    r.orig_ax = ~0U; // nothing is to be restarted any more
    current()->blocked = mask & ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
    recalc_sigpending();
    return restore_fpu(c.fpstate);
}

/// The i386 ABI wants the stack aligned to 16 at a call, that is, before the return address.
constexpr u32 frame_below(u32 sp, u32 size) { return ((sp - size + 4) & ~15U) - 4; }

void enter_handler(PtRegs& r, const SigAction& action, u32 sp, int signal) {
    r.sp = sp;
    r.ip = action.handler;
    r.ax = static_cast<u32>(signal);
    r.ds = r.es = r.ss = USER_DS;
    r.cs = USER_CS;
    r.flags &= ~(EFLAGS_DF | EFLAGS_RF | EFLAGS_TF);
}

bool setup_plain(int signal, const SigAction& action, SigSet mask, PtRegs& r, u32 sp, UserAddr fpstate) {
    Frame f{};
    const u32 at = frame_below(sp, sizeof f);
    f.return_to = action.flags & SA_RESTORER ? action.restorer : at + offsetof(Frame, code);
    f.signal = static_cast<u32>(signal);
    save_context(f.context, r, mask, fpstate);
    f.mask_high = static_cast<u32>(mask >> 32);
    memcpy(f.code, SIGRETURN_CODE, sizeof f.code);
    if (put_user(f, at) != Errno::OK) return false;
    enter_handler(r, action, at, signal);
    r.dx = r.cx = 0;
    return true;
}

bool setup_rt(int signal, const SigAction& action, SigSet mask, PtRegs& r, u32 sp, UserAddr fpstate) {
    RtFrame f{};
    const u32 at = frame_below(sp, sizeof f);
    f.return_to = action.flags & SA_RESTORER ? action.restorer : at + offsetof(RtFrame, code);
    f.signal = f.info[0] = static_cast<u32>(signal);
    f.info_at = at + offsetof(RtFrame, info);
    f.context_at = at + offsetof(RtFrame, context);
    f.context.stack_flags = SS_DISABLE;
    save_context(f.context.mcontext, r, mask, fpstate);
    f.context.mask = mask;
    memcpy(f.code, RT_SIGRETURN_CODE, sizeof f.code);
    if (put_user(f, at) != Errno::OK) return false;
    enter_handler(r, action, at, signal);
    r.dx = f.info_at;
    r.cx = f.context_at;
    return true;
}

i32 back_from_handler(bool good, const PtRegs& r) {
    if (!good) force_signal(*current(), SIGSEGV);
    return static_cast<i32>(r.ax); // the call has no answer of its own
}

} // namespace

bool setup_signal_frame(int signal, const SigAction& action, SigSet mask, PtRegs& regs) {
    u32 sp = regs.sp;
    UserAddr fpstate;
    if (!save_fpu(sp, fpstate)) return false;
    return action.flags & SA_SIGINFO ? setup_rt(signal, action, mask, regs, sp, fpstate)
                                     : setup_plain(signal, action, mask, regs, sp, fpstate);
}

i32 sys_sigreturn(PtRegs& r) {
    const UserAddr frame = r.sp - 8; // the return address and the number are popped
    Sigcontext context;
    u32 high;
    const bool good = get_user(context, frame + offsetof(Frame, context)) == Errno::OK &&
                      get_user(high, frame + offsetof(Frame, mask_high)) == Errno::OK;
    return back_from_handler(good && restore_context(context, SigSet{high} << 32 | context.oldmask, r), r);
}

i32 sys_rt_sigreturn(PtRegs& r) {
    const UserAddr frame = r.sp - 4; // the return address is popped
    Sigcontext context;
    SigSet mask;
    constexpr u32 IN_FRAME = offsetof(RtFrame, context);
    using Context = decltype(RtFrame::context);
    const bool good = get_user(context, frame + IN_FRAME + offsetof(Context, mcontext)) == Errno::OK &&
                      get_user(mask, frame + IN_FRAME + offsetof(Context, mask)) == Errno::OK;
    return back_from_handler(good && restore_context(context, mask, r), r);
}

} // namespace forkproof
