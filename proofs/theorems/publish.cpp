// publish: after the last step nothing can fail; the child is counted, linked and numbered as the listing's
// lines 496-528 say, and the locks of signal-check are dropped. Before it nothing leads to the child.
#include "invariants/flags.hpp"
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/in_bochs.hpp"
#include "proofs/world/published.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr unsigned PARENT_EXIT_SIGNAL_RULE = 16; ///< RuleId::parent_exit_signal
enum PidType : std::uint8_t { PID, PGID, SID };

struct PublishShape {
    std::string title;
    bool leader;  ///< the caller leads its group
    bool crowded; ///< every list that the child joins has a member besides its head
    ForkShape fork;
};

/// A finished child, and everything that publish links it to.
struct PublishScene : ForkScene {
    Place grandparent, group_leader, other, pid, pgrp, session, new_pid_ns, init_task, counts, serial;
    Place siglock, tasklist_lock;

    PublishScene(MachineProof& proof, const PublishShape& wanted)
        : ForkScene(proof, wanted.title, "publish", wanted.fork),
          grandparent(world.object("Task", "grandparent", "task")),
          group_leader(wanted.leader ? parent : world.object("Task", "parent->group_leader", "task")),
          other(world.object("Task", "another task", "task")), pid(world.object("Pid", "child's pid", "pid")),
          pgrp(world.object("Pid", "pgrp", "pid")), session(world.object("Pid", "session", "pid")),
          new_pid_ns(world.object("PidNs", "child's pid_ns", "pid_ns")), init_task(world.global("init_task")),
          counts(world.global("task_counts")), serial(world.global("next_serial")),
          siglock(world.global("siglock")), tasklist_lock(world.global("tasklist_lock")) {
        world.point(of(request, "pid"), pid);
        world.point(of(parent, "real_parent"), grandparent);
        world.point(of(parent, "group_leader"), group_leader);
        world.point(of(group_leader, "pids[1].pid"), pgrp);
        world.point(of(group_leader, "pids[2].pid"), session);
        for (const Place& p : {pgrp, session})
            scene.assume("every count is at least 1 and below 2^31", ult(word32(0), before(of(p, "count"))));
        for (const Place& lock : {siglock, tasklist_lock}) world.point(of(lock, "holder_"), parent);
        // The child has a namespace of its own exactly if NEWPID asked for one.
        world.set(of(own["nsproxy"], "pid_ns"),
                  ite(flag(CLONE_NEWPID), word32(new_pid_ns.address), word32(pid_ns.address)));
        join(wanted.crowded, of(group_leader, "thread_group"), wanted.leader ? "thread_group" : "",
             of(parent, "thread_group"));
        join(wanted.crowded, of(parent, "children"), "sibling");
        join(wanted.crowded, of(grandparent, "children"), "",
             wanted.leader ? of(parent, "sibling") : of(group_leader, "sibling"));
        join(wanted.crowded, of(init_task, "tasks"), "tasks");
        join(true, of(pgrp, "tasks[1]"), "", of(group_leader, "pids[1].node"));
        join(true, of(session, "tasks[2]"), "", of(group_leader, "pids[2].node"));
        for (const char* list : {"tasks[0]", "tasks[1]", "tasks[2]"}) world.empty_list(of(pid, list));
        shown_by_call(*this);
    }

    /// A list with its head, and if it is crowded one member more.
    void join(bool crowded, const Place& head, const std::string& node_of_other, const Place& node = {}) {
        std::vector<Place> ring = {head};
        const Place member = node_of_other.empty() ? node : of(other, node_of_other);
        if (crowded && member.address != head.address) ring.push_back(member);
        world.ring(ring);
    }

    /// The node now stands last in the list: before its head.
    void last_in(Changes& changes, const Place& node, const Place& head) const {
        const Place prev_of_head{head.address + 4, "", 4};
        const auto last = static_cast<std::uint32_t>(world.get(prev_of_head).value());
        changes.is({node.address, "", 4}, head.address);
        changes.is({node.address + 4, "", 4}, last);
        changes.is({last, "", 4}, node.address);
        changes.is(prev_of_head, node.address);
    }
    void attached(Changes& changes, PidType type, const Place& to) const {
        changes.is(of(child, fmt::format("pids[{}].pid", static_cast<int>(type))), to.address);
        last_in(changes, of(child, fmt::format("pids[{}].node", static_cast<int>(type))),
                of(to, fmt::format("tasks[{}]", static_cast<int>(type))));
        plus_one(changes, of(to, "count"));
    }
    void plus_one(Changes& changes, const Place& place) const {
        changes.is(place, before(place) + Word(place.size * 8, 1));
    }

    /// The one path part on which the flags are decided.
    void published(const Path& path, bool thread, bool with_parent) {
        Changes changes(*this, path);
        const Published is = proofs::published(
            {flags, rule(PARENT_EXIT_SIGNAL_RULE), word32(parent.address), word32(child.address),
             word32(grandparent.address), word32(group_leader.address), before(of(group_leader, "serial")),
             before(of(group_leader, "exit_signal")), before(of(group_leader, "exit_signal_chooser"))});
        changes.is(of(child, "serial"), before(serial));
        plus_one(changes, serial);
        changes.is(of(child, "exit_signal"), is.exit_signal);
        changes.is(of(child, "exit_signal_chooser"), is.exit_signal_chooser);
        const bool same_parent = thread || with_parent;
        changes.is(of(child, "real_parent"), is.real_parent);
        changes.is(of(child, "group_leader"), is.group_leader);
        changes.is(of(child, "parent_exec_id"),
                   before(of(parent, same_parent ? "parent_exec_id" : "self_exec_id")));
        if (thread) {
            plus_one(changes, of(signal, "count"));
            plus_one(changes, of(signal, "live"));
            last_in(changes, of(child, "thread_group"), of(group_leader, "thread_group"));
        } else {
            changes.is(of(own["signal"], "leader_pid"), pid.address);
            changes.is(of(new_pid_ns, "child_reaper"), ite(flag(CLONE_NEWPID), word32(child.address),
                                                           before(of(new_pid_ns, "child_reaper"))));
            attached(changes, PGID, pgrp);
            attached(changes, SID, session);
            last_in(changes, of(child, "sibling"), of(same_parent ? grandparent : parent, "children"));
            last_in(changes, of(child, "tasks"), of(init_task, "tasks"));
            plus_one(changes, of(counts, "process_counts"));
        }
        attached(changes, PID, pid);
        plus_one(changes, of(counts, "nr_threads"));
        plus_one(changes, of(counts, "total_forks"));
        if (!shape.undo) {
            // The list that step semundo made is now the caller's too.
            const Truth shared = flag(CLONE_SYSVSEM);
            changes.is(of(parent, "sysvsem"), ite(shared, word32(own["undo"].address), word32(0)));
            changes.is(of(own["undo"], "count"), ite(shared, word32(2), word32(1)));
        }
        changes.is(of(siglock, "holder_"), 0);
        changes.is(of(tasklist_lock, "holder_"), 0);
        changes.nothing_else();
    }
};

void publish(MachineProof& proof) {
    ForkShape no_undo;
    no_undo.undo = false;
    const PublishShape shapes[] = {{"a lonely caller that leads its group", true, false, {}},
                                   {"a caller that leads its group, full lists", true, true, {}},
                                   {"a caller that is another's thread, full lists", false, true, {}},
                                   {"a caller without an undo list", true, true, no_undo}};
    for (const PublishShape& shape : shapes) {
        PublishScene p(proof, shape);
        std::vector<Path> paths = p.call("publish");
        bootable_first(p, paths);
        for (const Path& path : paths)
            for (const bool thread : {false, true})
                for (const bool with_parent : {false, true}) {
                    const Truth is_thread = p.flag(CLONE_THREAD), is_parent = p.flag(CLONE_PARENT);
                    const auto part = p.scene.when(path, (thread ? is_thread : !is_thread) &&
                                                             (with_parent ? is_parent : !is_parent));
                    if (part) p.published(*part, thread, with_parent);
                }
        p.scene.reached("a thread", paths, [&](const Path&) { return p.flag(CLONE_THREAD); });
        p.scene.reached("a new pid namespace", paths, [&](const Path&) { return p.flag(CLONE_NEWPID); });
    }
}

} // namespace

std::vector<Theorem> publish_theorems() {
    return {machine_theorem("publish/lists", "cannot fail; counts, lists, fields and locks as specified",
                            publish)};
}

} // namespace forkproof::proofs
