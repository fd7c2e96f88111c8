// The FPU and SSE registers, switched lazily: a switch of tasks sets CR0.TS, the next FPU instruction traps
// (#NM), and only then are the registers written to their owner's image and the new task's loaded. Tasks that
// compute with integers never pay. The kernel itself uses neither (-mgeneral-regs-only).
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/thread.hpp"
#include "kernel/lib/string.hpp"

namespace forkproof {

namespace {

constinit Thread* owner = nullptr; // whose registers the FPU holds

// The state that a program starts with (System V ABI i386, Linux): exceptions masked, 64-bit precision, round
// to nearest. Offsets in the FXSAVE image as in the Intel SDM, volume 1, table 10-2.
constexpr u16 INITIAL_FCW = 0x037f;
constexpr u32 INITIAL_MXCSR = 0x1f80;
constexpr u32 FCW_OFFSET = 0, MXCSR_OFFSET = 24;

void clts() { asm volatile("clts" : : : "memory"); }
void set_ts() { write_cr0(read_cr0() | CR0_TS); }
void save(FpuState& to) { asm volatile("fxsave %0" : "=m"(to) : : "memory"); }
void restore(const FpuState& from) { asm volatile("fxrstor %0" : : "m"(from)); }

} // namespace

void fpu_init() {
    write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT);
    write_cr0((read_cr0() & ~CR0_EM) | CR0_NE | CR0_MP | CR0_TS);
    owner = nullptr;
}

void fpu_initial(FpuState& state) {
    memset(state.image, 0, sizeof state.image);
    memcpy(state.image + FCW_OFFSET, &INITIAL_FCW, sizeof INITIAL_FCW);
    memcpy(state.image + MXCSR_OFFSET, &INITIAL_MXCSR, sizeof INITIAL_MXCSR);
}

void fpu_claim(Thread& current) {
    if (owner != &current) {
        clts();
        if (owner) save(*owner->fpu);
        restore(*current.fpu);
        owner = &current;
    }
    clts();
}

void fpu_save(Thread& thread) {
    if (owner != &thread) return;
    const u32 cr0 = read_cr0();
    clts();
    save(*thread.fpu); // the registers stay as they are: fxsave, unlike fnsave, does not reset them
    write_cr0(cr0);
}

void fpu_drop(Thread& thread) {
    if (owner != &thread) return;
    owner = nullptr;
    set_ts();
}

void fpu_switch_to(const Thread& next) {
    if (owner == &next)
        clts();
    else
        set_ts();
}

} // namespace forkproof
