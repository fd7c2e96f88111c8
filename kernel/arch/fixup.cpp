// The few instructions of the kernel that may fault for ring 3's fault: those that put its segment registers
// back (entry.asm). A program may clear a TLS entry with set_thread_area while a segment register still names
// it; the processor notices when the kernel loads the register again.
#include "kernel/arch/descriptors.hpp"
#include "kernel/lib/string.hpp"

extern "C" const char restore_ds[], restore_es[], restore_fs[], restore_gs[], restore_iret[]; // entry.asm

namespace forkproof {

namespace {

bool at(const PtRegs& regs, const char* label) {
    return regs.ip == static_cast<u32>(reinterpret_cast<std::uintptr_t>(label));
}

/// The iret faulted: cs or ss cannot be loaded. All other registers are ring 3's already and were saved again
/// by the trap, three words (ip, cs, flags of the trap itself) below where they stood. Puts them back, makes
/// the two segments ordinary and leaves with SIGSEGV pending.
[[noreturn]] void leave_again(PtRegs& regs) {
    constexpr u32 TRAP_WORDS = 3;
    auto* user = reinterpret_cast<PtRegs*>(reinterpret_cast<u32*>(&regs) + TRAP_WORDS);
    memmove(user, &regs, offsetof(PtRegs, ip));
    user->orig_ax = ~0U;
    user->cs = USER_CS;
    user->ss = USER_DS;
    user_return_fault();
    return_to_user(user);
}

} // namespace

bool fix_up_return(PtRegs& regs) {
    if (at(regs, restore_iret)) leave_again(regs);
    if (!at(regs, restore_ds) && !at(regs, restore_es) && !at(regs, restore_fs) && !at(regs, restore_gs))
        return false;
    regs.sp = 0; // the processor pushed no sp, so this is the word that was to be popped; 0 can be loaded
    return true;
}

} // namespace forkproof
