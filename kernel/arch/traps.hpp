// Descriptor tables and what happens on each vector.
#pragma once
#include "kernel/arch/pt_regs.hpp"

namespace forkproof {

inline constexpr u16 KERNEL_CS = 0x08, KERNEL_DS = 0x10, USER_CS = 0x1b, USER_DS = 0x23, TSS_SELECTOR = 0x28;
inline constexpr u32 SYSCALL_VECTOR = 0x80;
inline constexpr u32 IRQ_BASE = 0x20; ///< the PIC's vectors start here: IRQ 0 is 0x20

/// GDT (flat segments, TSS, three TLS entries 6..8), IDT, the TSS, and a task gate for double faults, so that
/// an overflowing kernel stack is reported instead of rebooting the machine. First of all, so that the
/// kernel's own faults are reported from there on.
void descriptors_init();
/// The page directory that double faults are handled in: the kernel's own, once there is one.
void double_fault_page_directory(PhysAddr pgd);
/// The two 8259s: remapped to IRQ_BASE, all masked but the cascade.
void pic_init();
void pic_unmask(u32 irq);
void pic_end_of_interrupt(u32 irq);
/// PIT channel 0 at HZ; unmasks IRQ 0.
void timer_init();
inline constexpr u32 HZ = 100;
/// Unmasks IRQ 1.
void keyboard_init();
/// IRQ 1: takes the scancode into the buffer that console_read empties.
void keyboard_interrupt();

/// Entered from entry.asm with all registers saved. The first two are in kernel/arch/traps.cpp.
extern "C" void do_trap(PtRegs* regs, u32 vector, u32 error_code);
extern "C" void do_irq(PtRegs* regs, u32 irq);
/// int 0x80: dispatches by regs->ax and stores the result there (kernel/syscalls/dispatch.cpp).
extern "C" void do_syscall(PtRegs* regs);
/// The same, measured (kernel/check/stack_watch.cpp). It is called once watch_syscalls has been.
extern "C" void do_syscall_watched(PtRegs* regs);
void watch_syscalls();
/// Before every return to ring 3: reschedules and delivers signals (kernel/task/deliver.cpp).
extern "C" void prepare_return_to_user(PtRegs* regs);

/// Called by do_trap, implemented above it (kernel/task/faults.cpp): a fault of ring 3 becomes a signal.
void user_fault(PtRegs& regs, u32 vector, u32 error_code);
/// A page fault at `address` from ring 3: demand paging, copy-on-write, stack growth, or SIGSEGV.
void user_page_fault(PtRegs& regs, u32 address, u32 error_code);
/// The FPU is asked for by the current task: gives it an image if it has none yet, and claims the registers.
void user_fpu_fault();
/// Ring 3's registers cannot be put back as they are: SIGSEGV for the current task.
void user_return_fault();
/// A breakpoint in ring 0: whether it is one of fail='s, which say that memory is out
/// (kernel/check/allocations.cpp).
[[nodiscard]] bool allocation_breakpoint(PtRegs& regs);
/// What a fault in the kernel says of who was running; empty before there are tasks.
struct RunningTask {
    const char* comm;
    i32 pid;
};
[[nodiscard]] RunningTask running_task();
/// Whether the address lies in a guard page below a kernel stack (kernel/mm/stack.cpp).
[[nodiscard]] bool in_stack_guard(u32 address);
/// IRQ 0, from ring 3 or from idle (kernel/task/sched.cpp).
void timer_tick(bool from_user);

/// Ends the run: flushes the consoles and writes "Shutdown" to Bochs's port 0x8900.
[[noreturn]] void shutdown();

/// Finds the name of the function that contains an address, from /boot/kernel.sym ("" and 0 before it is
/// there).
struct Symbol {
    const char* name;
    u32 name_size;
    u32 offset;
};
[[nodiscard]] Symbol symbol_at(u32 address);
/// Gives the symbol text to the panic's printer.
void symbols_init(const char* text, u32 size);
/// Prints the call chain from this frame pointer, as far as it is sound (0: nothing).
void print_backtrace(u32 frame_pointer);

/// Prints what the kernel knows of the current task, for a panic (kernel/check/report.cpp).
void print_state();

} // namespace forkproof
