#include "invariants/sharing.hpp"
#include "proofs/induction/transition_parts.hpp"
#include <stdexcept>

namespace forkproof::proofs::induction {
namespace {

/// One clone under way.
struct Birth {
    const State& before;
    Transition& t;
    const CallTerms& call;
    const RuleTable& table;
    Names names;
    z3::expr caller, child;

    [[nodiscard]] State& after() const { return t.after; }
    [[nodiscard]] z3::expr has(std::uint32_t bits) const { return call.has_any(bits); }

    /// Whether the child has its maker's, by the row of the sharing table.
    [[nodiscard]] z3::expr shares(const std::string& resource) const {
        for (const SharingRow& row : sharing) {
            if (resource != row.resource) continue;
            if (row.share_flag != 0) return has(row.share_flag);
            return !has(row.new_flags);
        }
        throw std::logic_error("no sharing row of " + resource);
    }
    /// An effect that is in force and holds of this call.
    [[nodiscard]] z3::expr effect(RuleId id) const {
        const RuleRow* row = table.find(id);
        return row ? call.rule_in_force(id) && row->holds(call) : before.z3->bool_val(false);
    }

    /// The child's own of a kind, which exists only if it is made; nothing has held it before.
    [[nodiscard]] z3::expr make(const std::string& kind, const z3::expr& made) const {
        State::Kind& k = after().kind(kind);
        const z3::expr fresh = names.object(("new_" + kind).c_str());
        t.when.push_back(fresh != before.sorts.nil && !k.exists(fresh) && k.holders(fresh) == 0);
        k.exists.set(fresh, made);
        k.count.set(fresh, z3::ite(made, before.z3->int_val(1), k.count(fresh)));
        t.objects.push_back(fresh);
        t.fresh.push_back(fresh);
        return fresh;
    }
    /// Shared or its own, with the count that goes with it. Answers the child's own.
    z3::expr share_or_make(const std::string& kind) const {
        State::Kind& k = after().kind(kind);
        const z3::expr shared = shares(kind);
        const z3::expr parents = (before.*k.held)(caller);
        const z3::expr own = make(kind, !shared);
        take(after(), kind, parents, shared);
        (after().*k.held).set(child, z3::ite(shared, parents, own));
        t.objects.push_back(parents);
        return own;
    }
    /// A new object of a kind whose counts are not in the model.
    z3::expr enter(Field State::*exists, const char* name, const z3::expr& made) const {
        const z3::expr fresh = names.object(name);
        t.when.push_back(fresh != before.sorts.nil && !(before.*exists)(fresh));
        (after().*exists).set(fresh, made);
        t.fresh.push_back(fresh);
        return fresh;
    }
};

void creds(const Birth& b) {
    State& s = b.after();
    const State& old = b.before;
    const z3::expr new_user_ns = b.has(CLONE_NEWUSER);
    const z3::expr user = b.enter(&State::user_exists, "new_user", new_user_ns);
    const z3::expr ns = b.enter(&State::user_ns_exists, "new_user_ns", new_user_ns);
    b.t.when.push_back(old.tasks_of(user) == 0);
    b.t.objects.push_back(user);
    s.user_ns.set(user, ns);
    s.userns_trusted.set(ns, old.caps(b.caller));
    s.user.set(b.child, z3::ite(new_user_ns, user, old.user(b.caller)));
    s.processes.set(user, z3::ite(new_user_ns, old.z3->int_val(0), s.processes(user)));
    s.processes.set(s.user(b.child), s.processes(s.user(b.child)) + 1);
    b.t.objects.push_back(old.user(b.caller));
    s.root.set(b.child, new_user_ns || old.root(b.caller));
    s.caps.set(b.child, old.caps(b.caller)); // the sets stay the parent's, also for uid 0 of a new namespace
    s.entitled.set(b.child, old.entitled(b.caller));
}

void undo_list(const Birth& b) {
    State& s = b.after();
    const z3::expr nil = b.before.sorts.nil;
    const z3::expr shared = b.shares("undo");
    const z3::expr parents = b.before.undo(b.caller);
    const z3::expr made = shared && parents == nil;
    const z3::expr own = b.make("undo", made);
    s.undo_ipc_ns.set(own, b.before.ipc_ns(b.before.nsproxy(b.caller)));
    take(s, "undo", parents, shared && parents != nil);
    take(s, "undo", own, made); // the parent's too
    s.undo.set(b.caller, z3::ite(made, own, parents));
    s.undo.set(b.child, z3::ite(shared, z3::ite(made, own, parents), nil));
    b.t.objects.push_back(parents);
}

void signals_and_memory(const Birth& b) {
    State& s = b.after();
    const State& old = b.before;
    const z3::expr signal = b.share_or_make("signal");
    s.unkillable.set(signal, b.has(CLONE_NEWPID));
    s.live.set(signal, old.z3->int_val(0));
    b.t.when.push_back(old.living(signal) == 0);
    s.live.set(s.signal(b.child), s.live(s.signal(b.child)) + 1);
    const z3::expr sighand = b.share_or_make("sighand");
    b.share_or_make("mm");
    // An address in a copied table means the child's memory, be that shared or copied.
    const z3::expr none = old.sorts.nil;
    s.handler_mm.set(sighand, z3::ite(old.handler_mm(old.sighand(b.caller)) == none, none, s.mm(b.child)));
    const z3::expr fs = b.share_or_make("fs");
    const z3::expr parents = old.fs(b.caller);
    s.fs_root.set(fs, old.fs_root(parents));
    s.fs_pwd.set(fs, old.fs_pwd(parents));
    s.in_exec.set(fs, old.z3->bool_val(false));
}

void namespaces(const Birth& b) {
    State& s = b.after();
    const State& old = b.before;
    const z3::expr proxy = old.nsproxy(b.caller);
    const z3::expr own = b.share_or_make("nsproxy");
    const z3::expr mnt = b.enter(&State::mnt_ns_exists, "new_mnt_ns", b.has(CLONE_NEWNS));
    const z3::expr ipc = b.enter(&State::ipc_ns_exists, "new_ipc_ns", b.has(CLONE_NEWIPC));
    const z3::expr pid = b.enter(&State::pid_ns_exists, "new_pid_ns", b.has(CLONE_NEWPID));
    s.mnt_ns.set(own, z3::ite(b.has(CLONE_NEWNS), mnt, old.mnt_ns(proxy)));
    s.ipc_ns.set(own, z3::ite(b.has(CLONE_NEWIPC), ipc, old.ipc_ns(proxy)));
    s.made_by_privilege.set(own, old.made_by_privilege(proxy) && old.caps(b.caller));
    // A new mount namespace moves the root and the working directory of whatever fs the child has.
    const z3::expr fs = s.fs(b.child);
    s.fs_root.set(fs, z3::ite(b.has(CLONE_NEWNS), mnt, s.fs_root(fs)));
    s.fs_pwd.set(fs, z3::ite(b.has(CLONE_NEWNS), mnt, s.fs_pwd(fs)));
    s.pid_ns_parent.set(pid, old.pid_ns(b.caller));
    s.pid_ns.set(b.child, z3::ite(b.has(CLONE_NEWPID), pid, old.pid_ns(b.caller)));
    s.first_in_ns.set(b.child, b.has(CLONE_NEWPID));
    s.reaper.set(pid, z3::ite(b.has(CLONE_THREAD), old.sorts.nobody, b.child));
}

void publish(const Birth& b) {
    State& s = b.after();
    const State& old = b.before;
    const z3::expr thread = b.has(CLONE_THREAD);
    const z3::expr leader = old.leader(b.caller);
    const z3::expr number = b.names.number("new_pid");
    b.t.when.push_back(number > 1);
    b.t.when_all.emplace_back(
        [number](const TaskTerm& a) { return a.pid() != number && a.tgid() != number; });
    s.listed.set(b.child, old.z3->bool_val(true));
    s.leader.set(b.child, z3::ite(thread, leader, b.child));
    s.pid.set(b.child, number);
    s.tgid.set(b.child, z3::ite(thread, old.tgid(b.caller), number));
    s.age.set(b.child, old.clock);
    s.clock = old.clock + 1;
    const z3::expr parent = z3::ite(b.has(CLONE_PARENT | CLONE_THREAD), old.parent(b.caller), b.caller);
    s.parent.set(b.child, parent);
    s.list_of.set(b.child, z3::ite(thread, old.sorts.nobody, parent));
    const z3::expr inherits = b.effect(RuleId::parent_exit_signal);
    s.exit_signal.set(b.child, z3::ite(thread, old.z3->bv_val(-1, 32),
                                       z3::ite(inherits, old.exit_signal(leader),
                                               b.call.flags & old.z3->bv_val(CSIGNAL, 32))));
    s.exit_signal_chooser.set(b.child,
                              z3::ite(!thread && inherits, old.exit_signal_chooser(leader), old.age(leader)));
    s.nr_threads = old.nr_threads + 1;
    s.process_counts = old.process_counts + z3::ite(thread, old.z3->int_val(0), old.z3->int_val(1));
}

void scheduling(const Birth& b) {
    State& s = b.after();
    const State& old = b.before;
    const z3::expr no = old.z3->bool_val(false);
    const z3::expr reset = old.reset_on_fork(b.caller);
    s.rt_policy.set(b.child, old.rt_policy(b.caller) && !reset);
    s.rt_prio.set(b.child, old.rt_prio(b.caller) && !b.effect(RuleId::reset_on_fork));
    s.reset_on_fork.set(b.child, no);
    s.zombie.set(b.child, no), s.exiting.set(b.child, no), s.sleeps.set(b.child, no);
    s.execs.set(b.child, no), s.kernel.set(b.child, no);
    s.vfork_waiter.set(b.child, z3::ite(b.has(CLONE_VFORK), b.caller, old.sorts.nobody));
    s.born_with.set(b.child, s.mm(b.child));
    s.sleeps.set(b.caller, b.has(CLONE_VFORK));
}

/// What the verdict sees, read from the state.
CallTerms call_in(const State& s, const z3::expr& caller, const Law& law, const std::string& suffix) {
    CallTerms call = CallTerms::fresh(*s.z3, suffix).judged_by(law.in_force);
    call.cap_sys_admin = call.cap_setuid = call.cap_setgid = call.cap_sys_resource = s.caps(caller);
    call.first_user = s.user(caller) == s.z3->constant("init_user", s.sorts.object);
    call.nproc_reached = s.processes(s.user(caller)) >= s.z3->int_const("RLIMIT_NPROC");
    call.threads_reached = s.nr_threads >= s.z3->int_const("max_threads");
    call.unkillable = s.unkillable(s.signal(caller));
    call.in_exec = s.in_exec(s.fs(caller));
    call.reset_on_fork = s.reset_on_fork(caller);
    return call;
}

} // namespace

Transition clone(const State& before, const Law& law, const std::string& suffix) {
    const Names names{before, suffix};
    Transition t = by_caller(before, names);
    const z3::expr child = names.task("child");
    const CallTerms call = call_in(before, t.who, law, suffix);
    t.call = call;
    t.flags = call.flags;
    t.other = child;
    t.tasks.push_back(child);
    t.when.push_back(!before.execs(t.who) && call.hook_answer_is_valid());
    t.when.push_back(child != before.sorts.nobody && !before.listed(child));
    t.when.push_back(verdict_of(*law.table, call).accepted());
    const Birth birth{before, t, call, *law.table, names, t.who, child};
    creds(birth);
    undo_list(birth);
    signals_and_memory(birth);
    namespaces(birth);
    publish(birth);
    scheduling(birth);
    recount(before, t);
    return t;
}

} // namespace forkproof::proofs::induction
