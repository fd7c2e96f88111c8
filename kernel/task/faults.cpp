// Faults of ring 3: what is a page that has still to come, and what is the program's end.
#include "kernel/arch/traps.hpp"
#include "kernel/lib/print.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

// Vectors (Intel SDM volume 3, table 6-1).
enum Vector : u32 {
    DIVIDE_ERROR = 0,
    DEBUG = 1,
    BREAKPOINT = 3,
    OVERFLOW = 4,
    BOUND = 5,
    INVALID_OPCODE = 6,
    STACK_FAULT = 12,
    GENERAL_PROTECTION = 13,
    X87 = 16,
    ALIGNMENT = 17,
    SIMD = 19
};

// Page fault error code (Intel SDM volume 3, section 4.7).
constexpr u32 PF_WRITE = 2;

/// Memory is out: the task that asked for it dies. Init gets its pages from the reserve; if even that is used
/// up it lets others run and tries again, and the run's tick limit is what ends a famine without end.
void out_of_memory() {
    Task& me = *current();
    if (me.tgid == 1) {
        schedule();
        return;
    }
    print("out of memory: killed pid {} ({})\n", me.pid, me.comm);
    force_signal(me, SIGKILL);
}

} // namespace

void user_fault(PtRegs&, u32 vector, u32) {
    int signal = SIGSEGV;
    switch (vector) {
    case DIVIDE_ERROR:
    case X87:
    case SIMD: signal = SIGFPE; break;
    case DEBUG:
    case BREAKPOINT: signal = SIGTRAP; break;
    case INVALID_OPCODE: signal = SIGILL; break;
    case STACK_FAULT:
    case ALIGNMENT: signal = SIGBUS; break;
    default: break;
    }
    force_signal(*current(), signal);
}

void user_fpu_fault() {
    Task& me = *current();
    if (!me.thread.fpu) {
        me.thread.fpu = create<FpuState>();
        if (!me.thread.fpu) return out_of_memory();
        fpu_initial(*me.thread.fpu);
    }
    fpu_claim(me.thread);
}

void user_return_fault() { force_signal(*current(), SIGSEGV); }

RunningTask running_task() {
    const Task* t = current();
    return t ? RunningTask{t->comm, t->pid} : RunningTask{"nobody", 0};
}

void user_page_fault(PtRegs&, u32 address, u32 error_code) {
    Task& me = *current();
    me.usage.min_flt++;
    const Access access = error_code & PF_WRITE ? Access::write : Access::read;
    switch (handle_mm_fault(*me.mm, address, access)) {
    case FaultResult::ok: return;
    case FaultResult::no_memory: return out_of_memory();
    case FaultResult::bad_access: return force_signal(me, SIGSEGV);
    }
}

} // namespace forkproof
