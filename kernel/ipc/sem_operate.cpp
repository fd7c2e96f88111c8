// semop: operations that happen together or not at all, and sleeping until they can (linux-2.6.33 ipc/sem.c:
// try_atomic_semop, update_queue, semtimedop).
#include "kernel/arch/cpu.hpp"
#include "kernel/ipc/sem.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

constexpr i32 LOWEST_ADJUSTMENT = -SEMVMX - 1; // linux/sem.h SEMAEM: what an i16 holds

enum class Attempt : u8 { done, must_wait, failed };

/// One operation on a value: whether it was done. `error` is set only if it failed for good.
Attempt operate(SemSet& set, SemUndo* undo, const SemOperation& op, Errno& error) {
    const i32 value = set.value[op.number], sum = value + op.change;
    if (sum < 0 || (op.change == 0 && value != 0)) {
        error = Errno::EAGAIN;
        return op.flags & IPC_NOWAIT ? Attempt::failed : Attempt::must_wait;
    }
    const bool undone_later = op.flags & SEM_UNDO;
    const i32 adjustment = undone_later ? undo->adjustment[op.number] - op.change : 0;
    if (sum > SEMVMX || adjustment < LOWEST_ADJUSTMENT || adjustment > SEMVMX) {
        error = Errno::ERANGE;
        return Attempt::failed;
    }
    set.value[op.number] = static_cast<u16>(sum);
    if (undone_later) undo->adjustment[op.number] = static_cast<i16>(adjustment);
    return Attempt::done;
}

void take_back(SemSet& set, SemUndo* undo, const SemOperation& op) {
    set.value[op.number] = static_cast<u16>(set.value[op.number] - op.change);
    if (op.flags & SEM_UNDO)
        undo->adjustment[op.number] = static_cast<i16>(undo->adjustment[op.number] + op.change);
}

/// All of the operations, or none.
Attempt operate_all(SemSet& set, SemWait& wait) {
    for (u32 i = 0; i < wait.count; i++) {
        const Attempt answer = operate(set, wait.undo, wait.operations[i], wait.error);
        if (answer == Attempt::done) continue;
        while (i != 0) take_back(set, wait.undo, wait.operations[--i]);
        return answer;
    }
    for (u32 i = 0; i < wait.count; i++) set.pid[wait.operations[i].number] = wait.pid;
    set.otime = rdtsc();
    wait.error = Errno::OK;
    return Attempt::done;
}

/// Sleeps until somebody has ended the wait, the time is up, or a signal arrives.
void sleep_for(SemSet& set, SemWait& wait, u64 deadline) {
    set.waiting.push_back(wait);
    Errno over = Errno::OK;
    while (!wait.done && over == Errno::OK) {
        if (signal_pending(*current()))
            over = Errno::EINTR;
        else if (deadline == 0)
            sleep_on(wait.sleeper, SleepState::interruptible);
        else if (sleep_on_until(wait.sleeper, SleepState::interruptible, deadline))
            over = Errno::EAGAIN;
    }
    if (wait.done) return; // whoever ended it has said how
    wait.node.unlink();
    wait.error = over;
}

} // namespace

u16 sem_pid() { return static_cast<u16>(pid_vnr(*current()->group_leader)); }

void end_wait(SemWait& wait, Errno error) {
    wait.error = error;
    wait.done = true;
    wait.node.unlink();
    wake_up(wait.sleeper);
}

FORKPROOF_BOUNDARY void serve_waiters(SemSet& set) {
    bool changed = true;
    while (changed) { // what one has done may be what an earlier one waits for
        changed = false;
        for (SemWait& wait : set.waiting) {
            if (operate_all(set, wait) == Attempt::must_wait) continue;
            end_wait(wait, wait.error);
            changed = wait.alters;
            if (changed) break;
        }
    }
}

i32 semtimedop(i32 id, const SemOperation* operations, u32 count, u64 deadline) {
    const Result<SemSet*> found = find_sem_set(id);
    if (!found.ok()) return negative(found.error());
    SemSet& set = *found.value();
    bool alters = false, undoes = false;
    for (u32 i = 0; i < count; i++) {
        if (operations[i].number >= set.nsems) return negative(Errno::EFBIG);
        alters = alters || operations[i].change != 0;
        undoes = undoes || operations[i].flags & SEM_UNDO;
    }
    if (!may_use(set, alters ? IPC_WRITE : IPC_READ)) return negative(Errno::EACCES);
    MadeForUndo made;
    SemUndo* const undo = undoes ? find_or_make_undo(set, made) : nullptr;
    if (undoes && !undo) return negative(Errno::ENOMEM);

    SemWait wait{operations, count, undo, sem_pid(), alters};
    const Attempt answer = operate_all(set, wait);
    if (answer == Attempt::must_wait)
        sleep_for(set, wait, deadline);
    else if (answer == Attempt::done && alters)
        serve_waiters(set);
    if (wait.error != Errno::OK) forget_undo(wait.error == Errno::EIDRM ? nullptr : undo, made);
    return negative(wait.error);
}

} // namespace forkproof
