// What happens on each vector: ring 3's faults go up to kernel/task, the kernel's own are the end of the run.
#include "kernel/arch/traps.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/descriptors.hpp"
#include "kernel/arch/panic.hpp"
#include "kernel/arch/pic.hpp"

extern "C" const forkproof::u32 boot_stack_canary; // start.asm

namespace forkproof {

namespace {

enum Vector : u32 { NMI = 2, BREAKPOINT = 3, DEVICE_NOT_AVAILABLE = 7, PAGE_FAULT = 14, MACHINE_CHECK = 18 };
constexpr u32 TIMER_IRQ = 0, KEYBOARD_IRQ = 1;
constexpr u32 BOOT_STACK_CANARY = 0x5afe57ac; // layout.inc

// Intel SDM volume 3, table 6-1.
constexpr const char* names[] = {"divide error",
                                 "debug exception",
                                 "non-maskable interrupt",
                                 "breakpoint",
                                 "overflow",
                                 "bound range exceeded",
                                 "invalid opcode",
                                 "device not available",
                                 "double fault",
                                 "coprocessor segment overrun",
                                 "invalid TSS",
                                 "segment not present",
                                 "stack-segment fault",
                                 "general protection fault",
                                 "page fault",
                                 "reserved exception 15",
                                 "x87 floating-point error",
                                 "alignment check",
                                 "machine check",
                                 "SIMD floating-point exception"};

const char* name_of(u32 vector) {
    return vector < sizeof names / sizeof *names ? names[vector] : "reserved exception";
}

/// A trap of ring 0 pushed no sp: the stack begins behind its flags.
u32 stack_of(const PtRegs& regs) {
    return user_mode(regs) ? regs.sp : static_cast<u32>(reinterpret_cast<std::uintptr_t>(&regs.sp));
}

[[noreturn]] void kernel_fault(const PtRegs& regs, u32 vector, u32 error_code) {
    const u32 stack = stack_of(regs);
    if (vector != PAGE_FAULT)
        panic_in(regs, stack, "{} in the kernel at {x}, error code {x}", name_of(vector), regs.ip,
                 error_code);
    const u32 address = read_cr2();
    if (in_stack_guard(address))
        panic_in(regs, stack, "kernel stack overflow in task {} pid {}", running_task().comm,
                 running_task().pid);
    constexpr u32 WRITE = 2; // of a page fault's error code
    panic_in(regs, stack, "page fault in the kernel at {x}: cannot {} address {x}, error code {x}", regs.ip,
             error_code & WRITE ? "write" : "read", address, error_code);
}

} // namespace

extern "C" void do_trap(PtRegs* regs, u32 vector, u32 error_code) {
    if (vector == NMI || vector == MACHINE_CHECK)
        panic_in(*regs, stack_of(*regs), "{}: the machine is broken", name_of(vector));
    if (!user_mode(*regs)) {
        if (vector == BREAKPOINT && allocation_breakpoint(*regs)) return;
        if (!fix_up_return(*regs)) kernel_fault(*regs, vector, error_code);
    } else if (vector == PAGE_FAULT) {
        user_page_fault(*regs, read_cr2(), error_code);
    } else if (vector == DEVICE_NOT_AVAILABLE) {
        user_fpu_fault();
    } else {
        user_fault(*regs, vector, error_code);
    }
}

extern "C" void do_irq(PtRegs* regs, u32 irq) {
    if (pic_spurious(irq)) return;
    pic_end_of_interrupt(irq);
    const bool from_user = user_mode(*regs);
    if (!from_user && boot_stack_canary != BOOT_STACK_CANARY) panic("the idle task's stack has overflowed");
    if (irq == TIMER_IRQ)
        timer_tick(from_user);
    else if (irq == KEYBOARD_IRQ)
        keyboard_interrupt();
    else
        print("interrupt {}: no driver asked for it; ignored\n", irq);
}

} // namespace forkproof
