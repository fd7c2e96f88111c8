// The transitions besides clone.
#include "proofs/induction/transition_parts.hpp"

namespace forkproof::proofs::induction {
namespace {

/// The task is the only one in its group: exec has killed the others, wait reaps a leader last.
void alone(Transition& t, const z3::expr& task, const z3::expr& signal) {
    t.when_all.emplace_back(
        [task, signal](const TaskTerm& a) { return z3::implies(a.signal() == signal, a.term() == task); });
}

/// Its vfork parent goes on.
void vfork_done(const State& before, State& s, const z3::expr& task) {
    const z3::expr waiter = before.vfork_waiter(task);
    s.sleeps.set(waiter, s.sleeps(waiter) && waiter == before.sorts.nobody);
    s.vfork_waiter.set(task, before.sorts.nobody);
}

/// Everything that a task holds a count on, of one kind, is given back.
void drop(Transition& t, const State& before, const char* kind, const z3::expr& task) {
    State::Kind& k = t.after.kind(kind);
    const z3::expr object = (before.*k.held)(task);
    give_back(t.after, kind, object, object != before.sorts.nil);
    t.objects.push_back(object);
}

/// It leaves the list of tasks, with what even a zombie holds.
void release(Transition& t, const State& before, const z3::expr& task, const z3::expr& when) {
    State& s = t.after;
    for (const char* kind : {"signal", "sighand"}) {
        const z3::expr object = (before.*s.kind(kind).held)(task);
        give_back(s, kind, object, when);
        t.objects.push_back(object);
    }
    const z3::expr user = before.user(task);
    const z3::expr one = z3::ite(when, before.z3->int_val(1), before.z3->int_val(0));
    s.processes.set(user, s.processes(user) - one);
    t.objects.push_back(user);
    s.listed.set(task, before.listed(task) && !when);
    s.nr_threads = s.nr_threads - one;
    s.process_counts = s.process_counts - z3::ite(when && before.leader(task) == task, before.z3->int_val(1),
                                                  before.z3->int_val(0));
}

} // namespace

Transition exit(const State& before, const Law&, const std::string& suffix) {
    const Names names{before, suffix};
    Transition t = by_caller(before, names);
    State& s = t.after;
    t.assumes = {
        "the init of a pid namespace ends when all others there are reaped and it has no children",
        "init's thread that takes the orphans ends while no zombie of a dead namespace's init is about"};
    const z3::expr me = t.who;
    const z3::expr nobody = before.sorts.nobody;
    const z3::expr nil = before.sorts.nil;
    // Another thread that lives on takes the children; if there is none, who takes orphans in the namespace.
    const z3::expr other = names.task("survivor");
    const z3::expr others = other != nobody;
    t.other = other;
    t.when.push_back(z3::implies(others, before.listed(other) && other != me && !before.exiting(other) &&
                                             !before.zombie(other) &&
                                             before.signal(other) == before.signal(me)));
    t.when_all.emplace_back([=, signal = before.signal(me)](const TaskTerm& a) {
        return others || z3::implies(a.signal() == signal, a.term() == me || a.is_dying());
    });
    t.when.push_back(!before.execs(me) && (others || before.tgid(me) != 1)); // init must not end
    const z3::expr ns = before.pid_ns(me);
    const z3::expr is_reaper = before.reaper(ns) == me;
    const z3::expr init = before.reaper(before.first_pid_ns);
    // The last of a namespace's init has killed and reaped all others there (exits and waits of their own).
    t.when_all.emplace_back([=, signal = before.signal(me)](const TaskTerm& a) {
        return !is_reaper || others ||
               ((a.pid_ns() != ns || a.signal() == signal) && a.parent().term() != me);
    });
    // init's thread that takes the orphans ends only while no zombie of a dead namespace's init is about:
    // that namespace would go on naming it.
    t.when_all.emplace_back([=](const TaskTerm& a) { return a.pid_ns() == ns || a.reaper().term() != me; });
    const z3::expr new_parent = z3::ite(others, other, before.reaper(ns));
    s.reaper.set(ns, z3::ite(is_reaper, z3::ite(others, other, init), before.reaper(ns)));
    auto mine = [before, me](const z3::expr& a) { return before.list_of(before.leader(a)) == me; };
    s.parent.map([=](const z3::expr& a, const z3::expr& old) { return z3::ite(mine(a), new_parent, old); });
    s.list_of.map([=](const z3::expr&, const z3::expr& old) { return z3::ite(old == me, new_parent, old); });
    const z3::expr sigchld = TaskTerm(&before, me).sigchld();
    s.exit_signal.map([=](const z3::expr& a, const z3::expr& old) {
        return z3::ite(before.list_of(a) == me && !others, sigchld, old);
    });
    // What is given back.
    for (const char* kind : {"mm", "undo", "fs", "nsproxy"}) {
        drop(t, before, kind, me);
        (s.*s.kind(kind).held).set(me, nil);
    }
    s.live.set(before.signal(me), before.live(before.signal(me)) - 1);
    vfork_done(before, s, me);
    const z3::expr leads = before.leader(me) == me;
    s.exiting.set(me, before.z3->bool_val(true));
    s.zombie.set(me, leads);
    release(t, before, me, !leads);
    recount(before, t);
    return t;
}

Transition wait(const State& before, const Law&, const std::string& suffix) {
    const Names names{before, suffix};
    Transition t = by_caller(before, names);
    const z3::expr dead = names.task("zombie");
    t.other = dead;
    t.tasks.push_back(dead);
    t.when.push_back(before.listed(dead) && before.zombie(dead) && dead != t.who &&
                     before.signal(before.parent(dead)) == before.signal(t.who) &&
                     before.parent(dead) != before.sorts.nobody && before.leader(dead) == dead);
    alone(t, dead, before.signal(dead));
    t.after.list_of.set(dead, before.sorts.nobody);
    release(t, before, dead, before.z3->bool_val(true));
    recount(before, t);
    return t;
}

Transition exec_begin(const State& before, const Law&, const std::string& suffix) {
    const Names names{before, suffix};
    Transition t = by_caller(before, names);
    const z3::expr fs = before.fs(t.who);
    const z3::expr only_ours = names.truth("only_ours");
    t.when.push_back(!before.in_exec(fs) && !before.execs(t.who));
    t.when_all.emplace_back([=, signal = before.signal(t.who)](const TaskTerm& a) {
        return z3::implies(only_ours && a.fs() == fs, a.signal() == signal);
    });
    t.after.in_exec.set(fs, only_ours);
    t.after.execs.set(t.who, before.z3->bool_val(true));
    recount(before, t);
    return t;
}

Transition exec_commit(const State& before, const Law&, const std::string& suffix) {
    const Names names{before, suffix};
    Transition t = by_caller(before, names);
    State& s = t.after;
    const z3::expr me = t.who;
    t.assumes = {"an exec commits when its task leads its group and is alone in it"};
    t.when.push_back(before.execs(me) && before.leader(me) == me);
    alone(t, me, before.signal(me));
    s.execs.set(me, before.z3->bool_val(false));
    s.in_exec.set(before.fs(me), before.z3->bool_val(false));
    // New memory; handlers of its own if another process has the old ones.
    auto replace = [&](const char* kind, const char* name, const z3::expr& when) {
        State::Kind& k = s.kind(kind);
        const z3::expr fresh = names.object(name);
        t.when.push_back(fresh != before.sorts.nil && !k.exists(fresh) && k.holders(fresh) == 0);
        const z3::expr old = (before.*k.held)(me);
        give_back(s, kind, old, when);
        k.exists.set(fresh, when);
        k.count.set(fresh, z3::ite(when, before.z3->int_val(1), k.count(fresh)));
        (s.*k.held).set(me, z3::ite(when, fresh, old));
        t.objects.push_back(old), t.objects.push_back(fresh);
        t.fresh.push_back(fresh);
    };
    replace("mm", "new_mm", before.z3->bool_val(true));
    replace("sighand", "new_sighand", s.kind("sighand").count(before.sighand(me)) != 1);
    s.handler_mm.set(s.sighand(me), before.sorts.nil); // they were addresses in the old program
    vfork_done(before, s, me);
    // A set-uid program of root's gives the capabilities if only its own group shares fs; any program gives
    // them to uid 0 of a user namespace.
    const z3::expr given = names.truth("set_uid_root") && before.in_exec(before.fs(me));
    s.root.set(me, before.root(me) || given);
    s.caps.set(me, before.caps(me) || s.root(me));
    s.entitled.set(me, before.entitled(me) || given ||
                           (before.root(me) && before.userns_trusted(before.user_ns(before.user(me)))));
    recount(before, t);
    return t;
}

Transition setuid(const State& before, const Law&, const std::string& suffix) {
    const Names names{before, suffix};
    Transition t = by_caller(before, names);
    State& s = t.after;
    const z3::expr user = names.object("other_user");
    const z3::expr no = before.z3->bool_val(false);
    const z3::expr was = before.user(t.who);
    const z3::expr exists = before.user_exists(user);
    t.objects = {user, was};
    t.when.push_back(before.caps(t.who) && user != before.sorts.nil && user != was &&
                     user != before.z3->constant("init_user", before.sorts.object));
    t.when.push_back(z3::implies(exists, before.user_ns(user) == before.user_ns(was)));
    t.when.push_back(exists || before.tasks_of(user) == 0);
    s.user_exists.set(user, before.z3->bool_val(true));
    s.user_ns.set(user, before.user_ns(was));
    s.processes.set(was, s.processes(was) - 1);
    s.processes.set(user, z3::ite(exists, s.processes(user), before.z3->int_val(0)) + 1);
    s.user.set(t.who, user);
    s.caps.set(t.who, no), s.root.set(t.who, no), s.entitled.set(t.who, no);
    recount(before, t);
    return t;
}

Transition sched_setscheduler(const State& before, const Law&, const std::string& suffix) {
    const Names names{before, suffix};
    Transition t = by_caller(before, names);
    t.when.push_back(before.caps(t.who));
    t.after.rt_policy.set(t.who, names.truth("real_time"));
    t.after.rt_prio.set(t.who, names.truth("real_time"));
    t.after.reset_on_fork.set(t.who, names.truth("RESET_ON_FORK"));
    recount(before, t);
    return t;
}

Transition sigaction(const State& before, const Law&, const std::string& suffix) {
    const Names names{before, suffix};
    Transition t = by_caller(before, names);
    const z3::expr sighand = before.sighand(t.who);
    t.after.handler_mm.set(sighand, z3::ite(names.truth("handler"), before.mm(t.who), before.sorts.nil));
    recount(before, t);
    return t;
}

} // namespace forkproof::proofs::induction
