// Double faults. The usual cause is a kernel stack that has grown into its guard page: the page fault's frame
// cannot be pushed there, and without a task gate the machine would reset without a word.
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/descriptors.hpp"
#include "kernel/arch/panic.hpp"

extern "C" void entry_double_fault(); // entry.asm

namespace forkproof {

namespace {

constexpr u32 STACK_SIZE = 8192;
alignas(16) u8 double_fault_stack[STACK_SIZE];
constexpr u32 FLAGS_RESET = 2; // interrupts off

u32 address_of(const void* p) { return static_cast<u32>(reinterpret_cast<std::uintptr_t>(p)); }

} // namespace

alignas(128) Tss double_fault_tss;

void double_fault_init() {
    Tss& t = double_fault_tss;
    t.cr3 = read_cr3();
    t.eip = address_of(reinterpret_cast<const void*>(entry_double_fault));
    t.eflags = FLAGS_RESET;
    t.esp = address_of(double_fault_stack + STACK_SIZE);
    t.cs = KERNEL_CS;
    t.ss = t.ds = t.es = KERNEL_DS;
    t.io_map = sizeof(Tss);
}

void double_fault_page_directory(PhysAddr pgd) { double_fault_tss.cr3 = raw(pgd); }

/// From entry.asm, on the double fault's own stack. The processor has left what it was doing in main_tss.
extern "C" [[noreturn]] void double_fault() {
    const Tss& t = main_tss.tss;
    // cr2: the push that failed; esp: where it stood, in case the first fault was no page fault.
    const bool overflow = in_stack_guard(read_cr2()) || in_stack_guard(t.esp - 1);
    PtRegs regs{};
    regs.ax = t.eax, regs.bx = t.ebx, regs.cx = t.ecx, regs.dx = t.edx;
    regs.si = t.esi, regs.di = t.edi, regs.bp = t.ebp;
    regs.ds = t.ds, regs.es = t.es, regs.fs = t.fs, regs.gs = t.gs;
    regs.ip = t.eip, regs.cs = t.cs, regs.flags = t.eflags;
    regs.sp = t.esp, regs.ss = t.ss;
    const RunningTask task = running_task();
    if (overflow) panic_in(regs, t.esp, "kernel stack overflow in task {} pid {}", task.comm, task.pid);
    panic_in(regs, t.esp, "double fault in task {} pid {}", task.comm, task.pid);
}

} // namespace forkproof
