#include "kernel/check/report.hpp"
#include "invariants/privilege.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/boot_times.hpp"
#include "kernel/check/calls.hpp"
#include "kernel/check/checker.hpp"
#include "kernel/check/fail.hpp"
#include "kernel/check/stack_watch.hpp"
#include "kernel/lib/print.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/frame.hpp"

namespace forkproof {

CallCounts call_counts;

namespace {

const char* state_letter(const Task& t) {
    if (t.exit_state == EXIT_ZOMBIE) return "Z";
    if (t.exit_state == EXIT_DEAD || t.state == TASK_DEAD) return "X";
    switch (t.state) {
    case TASK_RUNNING: return "R";
    case TASK_INTERRUPTIBLE: return "S";
    case TASK_STOPPED: return "T";
    case TASK_WAKING: return "W";
    default: return "D";
    }
}

void print_calls() {
    const u64 ticks = rdtsc() - boot_times.start;
    print("processes made {}, calls {}, ticks {} ({} to ring 3 without the disk)\n", task_counts.total_forks,
          call_counts.made, ticks, boot_times.first_user - boot_times.start - boot_times.disk);
    for (const MissingCall& m : call_counts.missing)
        if (m.times)
            print("  call {} is not there: answered ENOSYS {} time{}\n", m.number, m.times,
                  m.times == 1 ? "" : "s");
}

void print_invariants() {
    const CheckCounts& c = check_counts();
    if (c.rounds == 0) return;
    print("invariants, and how often each was checked:");
    int i = 0;
    auto cell = [&](const char* name, u32 times) {
        print("{}  {-14} {6}", i % 3 == 0 ? "\n" : " ", name, times);
        i++;
    };
    std::apply([&](const auto&... invariant) { (cell(invariant.name, times_checked(i)), ...); },
               checked_invariants);
    for (const StepProperty& p : step_properties) cell(p.name, c.accepted_clones);
    print("\n");
    if (c.mid_call_rounds) print("between the steps of a fork: {} checks more\n", c.mid_call_rounds);
}

/// Of a report about dangling pointers, too.
u32 user_ns_id(const Task& t) {
    const User* user = t.cred && is_live(t.cred) ? t.cred->user : nullptr;
    return user && is_live(user) && is_live(user->user_ns) ? user->user_ns->id : ~0U;
}

} // namespace

void print_task(const Task& t) {
    print("    pid {} tgid {} {-15} {} parent {} prio {} flags {x} exit_signal {}\n", t.pid, t.tgid, t.comm,
          state_letter(t), t.real_parent ? t.real_parent->pid : -1, t.prio, t.flags, t.exit_signal);
    print("      pending {x} and {x} for the group, blocked {x}, group flags {x}, threads {} of which alive "
          "{}{}\n",
          t.pending, t.signal ? t.signal->shared_pending : 0, t.blocked, t.signal ? t.signal->flags : 0,
          t.signal ? t.signal->count : 0, t.signal ? t.signal->live : 0, t.vfork_done ? ", vforked" : "");
    print("      signal {x} sighand {x} mm {x} files {x} fs {x}{}\n", t.signal, t.sighand, t.mm, t.files,
          t.fs, t.fs && t.fs->in_exec ? " (in exec)" : "");
    const PidNs* pid_ns = task_active_pid_ns(t);
    const Nsproxy* n = t.nsproxy;
    print("      namespaces: user {} pid {} mnt {} uts {} ipc {} net {}; root in mnt {}; uid {}\n",
          user_ns_id(t), pid_ns ? static_cast<i32>(pid_ns->id) : -1, n ? static_cast<i32>(n->mnt_ns->id) : -1,
          n ? static_cast<i32>(n->uts_ns->id) : -1, n ? static_cast<i32>(n->ipc_ns->id) : -1,
          n ? static_cast<i32>(n->net_ns->id) : -1,
          t.fs && t.fs->root.mnt->mnt_ns ? static_cast<i32>(t.fs->root.mnt->mnt_ns->id) : -1,
          t.cred ? t.cred->uid : ~0U);
}

void print_state() {
    const Task* t = current();
    if (t && t != &init_task) {
        print("  current task:\n");
        print_task(*t);
    } else if (t) {
        print("  no task runs; those that sleep:\n");
        for_each_task([](Task& sleeping) { print_task(sleeping); });
    }
    const FrameTotals f = frame_totals();
    print("  tasks {}, processes made {}, frames free {} of {}\n", task_counts.nr_threads,
          task_counts.total_forks, f.free, f.total);
    print("  living objects:");
    for (int k = 0; k < KIND_COUNT; k++)
        if (live_objects(static_cast<Kind>(k)))
            print(" {} {}", kind_names[k], live_objects(static_cast<Kind>(k)));
    print("\n");
}

void power_off(u32 status) {
    Task& me = *current();
    const bool by_init = me.tgid == 1;
    if (checks_are_on()) check_invariants("reboot", me, 0, nullptr);
    print_calls();
    print_invariants();
    print_stack_use();
    const bool missed = fail_injection_missed();
    if (by_init)
        print("power-off: init, status {}\n", status);
    else
        print("power-off: by pid {} ({}), who is not init\n", me.pid, me.comm);
    if (by_init && !missed) {
        if (checks_are_on())
            print("verdict: all {} invariants held over {} checks\n", CHECKED_INVARIANT_COUNT,
                  check_counts().rounds);
        else
            print("verdict: none, the checks were off (check=off)\n");
    }
    shutdown();
}

} // namespace forkproof
