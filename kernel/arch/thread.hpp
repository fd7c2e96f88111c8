// What the processor needs to know of a task: where its kernel stack stands, its TLS descriptors, its FPU
// image.
#pragma once
#include "kernel/arch/pt_regs.hpp"
#include "kernel/lib/kinds.hpp"

namespace forkproof {

/// The FXSAVE image (Intel SDM volume 1, section 10.5.1): 512 bytes, 16-byte aligned.
struct alignas(16) FpuState {
    u8 image[512];
};

/// A segment descriptor as the GDT holds it.
using Descriptor = u64;

inline constexpr u32 GDT_ENTRY_TLS_MIN = 6; // linux-2.6.33 asm/segment.h
inline constexpr u32 GDT_ENTRY_TLS_ENTRIES = 3;

inline constexpr u32 IO_BITMAP_BITS = 65536; // linux-2.6.33 asm/processor.h: a bit a port, 0 allows it
inline constexpr u32 IO_BITMAP_PAGES = IO_BITMAP_BITS / 8 / PAGE_SIZE;

struct Thread {
    u32 sp = 0;  ///< kernel stack pointer while the task is not running
    u32 ip = 0;  ///< where it goes on: after switch_context, or ret_from_fork
    u32 sp0 = 0; ///< top of the kernel stack: what the TSS tells the processor on entry from ring 3
    Descriptor tls[GDT_ENTRY_TLS_ENTRIES] = {};
    FpuState* fpu = nullptr;              ///< null until the task first uses the FPU (linux-2.6.33 used_math)
    u32* io_bitmap[IO_BITMAP_PAGES] = {}; ///< a frame each; null until the task's first ioperm
};
static_assert(offsetof(Thread, sp) == 0 && offsetof(Thread, ip) == 4); // as in kernel/arch/layout.inc

/// linux-2.6.33 struct user_desc, what set_thread_area and CLONE_SETTLS pass.
struct UserDesc {
    u32 entry_number, base_addr, limit;
    u32 seg_32bit : 1, contents : 2, read_exec_only : 1, limit_in_pages : 1, seg_not_present : 1, useable : 1;
    u32 unused : 25;
};
static_assert(sizeof(UserDesc) == 16);

/// Builds the descriptor that the description asks for (0 for an empty one).
[[nodiscard]] Descriptor tls_descriptor(const UserDesc& d);
/// The description that would build this descriptor (for get_thread_area).
[[nodiscard]] UserDesc tls_description(Descriptor d, u32 entry_number);
/// Whether the description clears the entry (linux-2.6.33 LDT_empty).
[[nodiscard]] bool tls_empty(const UserDesc& d);

/// Loads the task's TLS descriptors into the GDT: for a task that changes its own. A segment register that
/// names an entry taken away becomes 0 at the next return to ring 3.
void load_tls(const Thread& thread);

// The FPU is switched lazily: its registers belong to at most one task at a time (kernel/arch/fpu.cpp).

/// CR4, CR0: FXSAVE and SSE are there, errors are exceptions (#MF, #XM), nobody owns the registers.
void fpu_init();
/// The state that a program starts with: all registers zero, exceptions masked.
void fpu_initial(FpuState& state);
/// Device-not-available (#NM): the current task, which has an image, gets its registers.
void fpu_claim(Thread& current);
/// Writes the registers back to their owner's image if `thread` is the owner (linux-2.6.33 unlazy_fpu).
void fpu_save(Thread& thread);
/// Forgets the registers if `thread` owns them; its image may be freed then.
void fpu_drop(Thread& thread);
/// Lets the next task use its registers at once if they are still there, else the first use traps.
void fpu_switch_to(const Thread& next);

[[nodiscard]] inline bool has_io_bitmap(const Thread& thread) { return thread.io_bitmap[0]; }
/// Tells the processor which ports ring 3 may touch while the thread runs: its bitmap's, or none at all.
void load_io_bitmap(const Thread& thread);

/// Switches kernel stacks from prev to next; returns when somebody switches back (entry.asm).
extern "C" void switch_context(Thread* prev, Thread* next);
/// Where a new child starts (entry.asm): finishes the switch (schedule_tail), then returns to ring 3 with its
/// pt_regs, at which thread.sp points.
extern "C" void ret_from_fork();
/// Where a new kernel thread starts: calls bx(dx) from its pt_regs, an `int (*)(u32)`, and gives what that
/// returns to kernel_thread_exit (entry.asm). A thread that becomes a program ends with return_to_user
/// instead.
extern "C" void ret_from_kernel_thread();
/// Leaves the kernel with these registers, which stand on the current kernel stack (entry.asm).
extern "C" [[noreturn]] void return_to_user(PtRegs* regs);

/// What a task does first after it was switched to (kernel/task/sched.cpp).
extern "C" void schedule_tail();
extern "C" [[noreturn]] void kernel_thread_exit(int status);

/// The TSS's esp0, the TLS descriptors, and CR0.TS so that the next FPU instruction asks first.
void arch_switch_to(const Thread& next);

} // namespace forkproof
