// thread: the registers with which the child starts, its TLS, and the ports that it may touch (listing:
// copy_thread, line 390).
#include "kernel/arch/traps.hpp"
#include "kernel/fork/step.hpp"
#include "kernel/io/io_bitmap.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/mm/uaccess.hpp"

namespace forkproof {

namespace {

constexpr u32 EFLAGS_TF = 1U << 8; // Intel SDM volume 1, section 3.4.3

/// CLONE_SETTLS: the descriptor that esi points to becomes one of the child's three. EFAULT, EINVAL.
Errno set_tls(Task& child, const PtRegs& regs) {
    UserDesc description;
    if (get_user(description, regs.si) != Errno::OK) return Errno::EFAULT;
    const u32 slot = description.entry_number - GDT_ENTRY_TLS_MIN; // -1, "choose one", is out of range too
    if (slot >= GDT_ENTRY_TLS_ENTRIES) return Errno::EINVAL;
    child.thread.tls[slot] = tls_empty(description) ? 0 : tls_descriptor(description);
    return Errno::OK;
}

} // namespace

FORKPROOF_BOUNDARY Errno acquire_thread(ForkRequest& request) {
    Task& child = *request.child;
    Thread& thread = child.thread;
    auto* regs = reinterpret_cast<PtRegs*>(child.stack) - 1;
    *regs = *request.regs;
    thread.sp0 = child.stack;
    thread.sp = static_cast<u32>(reinterpret_cast<std::uintptr_t>(regs));
    if (!user_mode(*regs)) {
        thread.ip = static_cast<u32>(reinterpret_cast<std::uintptr_t>(&ret_from_kernel_thread));
        return Errno::OK;
    }
    regs->ax = 0; // what fork returns in the child
    regs->sp = request.stack_start;
    regs->flags &= ~EFLAGS_TF; // a tracer's single step is not inherited
    thread.ip = static_cast<u32>(reinterpret_cast<std::uintptr_t>(&ret_from_fork));
    const Thread& parent = current()->thread;
    if (has_io_bitmap(parent) && !dup_io_bitmap(thread, parent)) return Errno::ENOMEM;
    for (u32 i = 0; i < GDT_ENTRY_TLS_ENTRIES; i++) thread.tls[i] = parent.tls[i];
    const Errno error = request.flags & CLONE_SETTLS ? set_tls(child, *request.regs) : Errno::OK;
    if (error != Errno::OK) release_thread(request);
    return error;
}

/// The listing forgets this where a later step fails (defect B2).
FORKPROOF_BOUNDARY void release_thread(ForkRequest& request) {
    if (has_io_bitmap(request.child->thread)) free_io_bitmap(request.child->thread);
}

} // namespace forkproof
