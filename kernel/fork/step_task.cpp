// task: the task_struct, its kernel stack and its FPU image (listing: dup_task_struct, line 247).
#include "kernel/arch/cpu.hpp"
#include "kernel/fork/step.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/lib/string.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/mm.hpp"

namespace forkproof {

namespace {

/// The FPU registers as they are now, if the parent has used them. False: memory is out.
bool copy_fpu(Task& child, Task& parent) {
    if (!parent.thread.fpu) return true;
    fpu_save(parent.thread);
    child.thread.fpu = create<FpuState>();
    if (!child.thread.fpu) return false;
    *child.thread.fpu = *parent.thread.fpu;
    return true;
}

/// What a child has from its parent by value. Everything that it will hold a count on starts as null, so that
/// no release can give back what is the parent's (defect B3 of the listing).
void copy_values(Task& child, const Task& parent, const ForkRequest& request) {
    memcpy(child.comm, parent.comm, TASK_COMM_LEN);
    child.flags = (parent.flags & ~static_cast<u32>(PF_SUPERPRIV | PF_EXITING | PF_SIGNALED)) |
                  PF_FORKNOEXEC | PF_STARTING;
    child.self_exec_id = parent.self_exec_id;
    child.personality = parent.personality;
    child.blocked = parent.blocked;
    child.start_time = rdtsc();
    child.timer_slack_ns = parent.timer_slack_ns;
    child.default_timer_slack_ns = parent.timer_slack_ns;
    // An alternate signal stack is an address in the memory of one thread.
    if ((request.flags & (CLONE_VM | CLONE_VFORK)) != CLONE_VM) {
        child.sas_ss_sp = parent.sas_ss_sp;
        child.sas_ss_size = parent.sas_ss_size;
    }
    child.set_child_tid = request.flags & CLONE_CHILD_SETTID ? request.child_tid : 0;
    child.clear_child_tid = request.flags & CLONE_CHILD_CLEARTID ? request.child_tid : 0;
}

} // namespace

FORKPROOF_BOUNDARY Errno acquire_task(ForkRequest& request) {
    Task& parent = *current();
    Task* child = create<Task>();
    if (!child) return Errno::ENOMEM;
    child->stack = alloc_kernel_stack();
    if (child->stack == 0 || !copy_fpu(*child, parent)) {
        if (child->stack != 0) free_kernel_stack(child->stack);
        destroy(child);
        return Errno::ENOMEM;
    }
    copy_values(*child, parent, request);
    request.child = child;
    return Errno::OK;
}

FORKPROOF_BOUNDARY void release_task_step(ForkRequest& request) {
    Task* child = request.child;
    if (child->thread.fpu) destroy(child->thread.fpu);
    free_kernel_stack(child->stack);
    destroy(child);
    request.child = nullptr;
}

} // namespace forkproof
