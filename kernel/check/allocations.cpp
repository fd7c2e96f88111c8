#include "kernel/check/allocations.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/frame.hpp"

// Where a trap at a door leads: in, behind the instruction that the breakpoint stands in the place of; or
// back to the caller with a null.
asm(R"(
    .globl forkproof_into_kmem_alloc, forkproof_into_alloc_frame, forkproof_no_memory
forkproof_into_kmem_alloc:
    push %ebp
    jmp  _ZN9forkproof10kmem_allocENS_4KindE + 1
forkproof_into_alloc_frame:
    push %ebp
    jmp  _ZN9forkproof11alloc_frameENS_8FrameUseEb + 1
forkproof_no_memory:
    xor  %eax, %eax
    ret
)");
extern "C" const char forkproof_into_kmem_alloc[], forkproof_into_alloc_frame[], forkproof_no_memory[];

namespace forkproof {

AllocationWatch allocation_watch;

namespace {

constexpr u8 PUSH_EBP = 0x55, INT3 = 0xcc; // Intel SDM volume 2

u32 address_of(const void* p) { return static_cast<u32>(reinterpret_cast<std::uintptr_t>(p)); }

template <class F>
u8* entry_of(F* function) {
    return reinterpret_cast<u8*>(function);
}

void plant(u8* entry) {
    if (*entry != PUSH_EBP) panic("no breakpoint fits at {}: it does not begin with push ebp", entry);
    *entry = INT3;
}

/// A child that has not been in ring 3 since it was made: its registers are still those of the call.
bool is_newborn(const Task& t) {
    return &t == allocation_watch.newborn &&
           (reinterpret_cast<const PtRegs*>(t.stack) - 1)->orig_ax == allocation_watch.newborn_call;
}

/// Frames of slabs are not counted: the object that one is wanted for has been.
bool is_to_fail(bool slab) {
    AllocationWatch& w = allocation_watch;
    if (slab || !current() || (current() != w.task && !is_newborn(*current()))) return false;
    w.seen++;
    if (!w.all_fail && w.seen != w.nth) return false;
    return w.failed = true;
}

} // namespace

void allocation_watch_init() {
    plant(entry_of(&kmem_alloc));
    plant(entry_of(&alloc_frame));
}

bool allocation_breakpoint(PtRegs& regs) {
    const u32 door = regs.ip - 1;
    const bool frame = door == address_of(entry_of(&alloc_frame));
    if (!frame && door != address_of(entry_of(&kmem_alloc))) return false;
    // A trap of ring 0 pushed no sp: what lies there is the caller's, the return address and the arguments.
    const u32 argument = (&regs.sp)[1];
    const bool slab = frame && static_cast<FrameUse>(argument & 0xff) == FrameUse::slab;
    if (is_to_fail(slab))
        regs.ip = address_of(forkproof_no_memory);
    else
        regs.ip = address_of(frame ? forkproof_into_alloc_frame : forkproof_into_kmem_alloc);
    return true;
}

} // namespace forkproof
