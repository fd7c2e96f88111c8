// exit/WORD: a whole life in the kernel's real code. The caller forks with this flag word, waits, the child
// is switched to, exits, the parent is switched to and reaps it. Then everything is as before the call, but
// for what is listed here. No step is a contract: only the allocators, the checker, and ring 3's memory are.
#include "proofs/theorems/exit.hpp"
#include "proofs/theorems/scheduling.hpp"
#include "proofs/world/clean_pools.hpp"
#include "proofs/world/in_bochs.hpp"
#include "proofs/world/live_world.hpp"
#include "proofs/world/user_memory.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t CHILD_SIGNAL = 17, WAIT_EXITED = 4,
                        WAIT_ALL = 0x40000000; // linux-2.6.33 asm/signal.h, linux/wait.h
constexpr std::uint32_t PENDING = 4;           // TIF_SIGPENDING
constexpr std::uint32_t RUNNING = 0, INTERRUPTIBLE = 1, UNINTERRUPTIBLE = 2; // linux-2.6.33 linux/sched.h
constexpr std::uint32_t HANDLER_IGNORES = 1, NO_ZOMBIES = 2; // SIG_IGN, SA_NOCLDWAIT: asm-generic/signal.h

/// A task that has called switch_context: where it goes on.
struct Asleep {
    std::array<Word, 4> saved; ///< ebx, esi, edi, ebp
    Word esp;
    std::vector<OpenCall> calls;
};
constexpr Reg saved_registers[] = {Reg::ebx, Reg::esi, Reg::edi, Reg::ebp};

struct Story {
    const char* name;
    std::uint32_t flags;
    ForkShape shape = {};
    bool only_in_full = false; ///< says little that the others do not
};

class StoryProof : public LiveScene {
  public:
    StoryProof(MachineProof& proof, const Story& story)
        : LiveScene(proof, story.name, "", story.shape), story_(story),
          result_(world.object("WaitResult", "result")) {
        world.set(of(request, "flags"), story.flags);
        scene.assume("", eq(flags, word32(story.flags)));
        add_clean_pools(scene, {.pages = 2}, {.pages = 1});
        no_allocation_fails(scene);
        numbers.use_contracts(false);
        use_story_contracts();
        use_user_memory_contracts(scene);
        use_charge_contract_for_all(*this);
        scene.contract("check_preempt", [this](State& s) { // scheduling/preempts: who runs gives way, or not
            const Place runs{s.address(s.memory.peek(world.global("current_task").address, 4)), "Task", 0};
            const Place ti_flags = of(runs, "ti_flags");
            const Word gives_way =
                shl(zext(s.unknown("the task gives way", 1), 32), word32(3)); // TIF_NEED_RESCHED
            s.memory.poke(ti_flags.address, s.memory.peek(ti_flags.address, 4) | gives_way, s.ip);
            returns_nothing(s);
        });
        stop_at_switches();
        fair_caller();
        merge();
    }

    void prove() {
        for (const Path& path : call("do_fork")) {
            if (at_switch(path)) { // a vfork parent waits until the child has gone
                scene.equal(path, "the state of a vfork parent", now(path, of(parent, "state")),
                            word32(UNINTERRUPTIBLE));
                child_lives(path, [this](const Path& returned) { number_returned(returned); });
            } else
                number_returned(path);
        }
        if (scene.proof().replaying()) return;
        scene.proof().check("some child is forked, exits and is waited for", lives_ != 0);
    }

  private:
    /// Other classes, policies and priorities: scheduling/.
    void fair_caller() {
        for (const char* field : {"policy", "rt_priority"}) world.set(of(parent, field), 0);
        world.set(of(parent, "sched_class"), CLASS_FAIR);
        for (const char* field : {"prio", "normal_prio", "static_prio"}) world.set(of(parent, field), NICE_0);
        scene.assume("the caller is of the fair class, with nice 0", true);
    }

    /// Ways meet where the steps are over and where they differ by little: by what is pending, what time it
    /// is. Not after send_signal, which may have woken the parent or not.
    void merge() {
        std::set<std::uint32_t> functions;
        const StepTable steps(scene.proof());
        for (const StepTable::Row& row : steps.rows()) functions.insert(row.acquire);
        for (const char* name : {"publish", "wake_up_new_task", "wake_up_state", "switch_mm", "copy_to_user",
                                 "put_mm", "notify_parent_exit", "futex_wake"})
            functions.insert(world.image().function(name).address);
        scene.executor().merge_at_return_of(std::move(functions));
    }

    [[nodiscard]] bool has(std::uint32_t flag) const { return (story_.flags & flag) != 0; }
    [[nodiscard]] bool thread() const { return has(CLONE_THREAD); }
    [[nodiscard]] Word exit_code() const { return world.any("exit code"); }
    [[nodiscard]] bool at_switch(const Path& path) const {
        return path.state.ip == world.image().symbol("switch_context");
    }
    [[nodiscard]] static Asleep falls_asleep(const State& s) {
        return {
            {s.get(Reg::ebx), s.get(Reg::esi), s.get(Reg::edi), s.get(Reg::ebp)}, s.get(Reg::esp), s.calls};
    }

    /// The child runs for the first time: at ret_from_fork, on its own stack.
    State child_begins(const Path& path) {
        State s = path.state;
        const Place gdt = world.global("gdt");
        for (unsigned i = 0; i < 3; i++) // GDT_ENTRY_TLS_MIN is 6
            scene.equal(path, "the processor's TLS descriptor",
                        now(path, of(gdt, fmt::format("[{}]", 6 + i))),
                        now(path, of(child_, fmt::format("thread.tls[{}]", i))));
        scene.equal(path, "the stack for calls from ring 3",
                    now(path, of(world.global("main_tss"), "tss.esp0")), now(path, of(child_, "thread.sp0")));
        scene.equal(path, "where the child begins", now(path, of(child_, "thread.ip")),
                    word32(world.image().symbol("ret_from_fork")));
        s.set(Reg::esp, now(path, of(child_, "thread.sp")));
        for (const Reg r : saved_registers) s.set(r, s.unknown("a register at the switch", 32));
        s.calls.clear();
        return s;
    }
    /// Nobody reads what a dead task has left on its stack: that may be anything.
    void forget_dead_stack(State& s) const {
        std::vector<std::uint32_t> left;
        for (const auto& [address, word] : s.memory.written())
            if (address - stack_of_child.address < stack_of_child.size) left.push_back(address);
        for (const std::uint32_t address : left)
            s.memory.poke(address, world.any(fmt::format("left on a dead stack at {:#x}", address)), s.ip);
    }
    /// A task goes on where it called switch_context.
    State goes_on(const Path& path, const Asleep& asleep) const {
        State s = path.state;
        forget_dead_stack(s);
        for (std::size_t i = 0; i < asleep.saved.size(); i++) s.set(saved_registers[i], asleep.saved[i]);
        s.set(Reg::esp, asleep.esp);
        s.calls = asleep.calls;
        returns_nothing(s);
        return s;
    }

    /// The first switch is to the child, who exits; the second back to the parent, who goes on to where
    /// `then` is.
    void child_lives(const Path& path, const std::function<void(const Path&)>& then) {
        const Asleep asleep = falls_asleep(path.state);
        for_each_part(scene, path, [&](const Path& part) {
            child_ = {part.state.address(argument(part.state, 1)), "Task", world.layouts().size_of("Task")};
        });
        scene.check(path, "the child runs next", scene.is_live(path.state, child_.address, "task"));
        scene.prove(path, "who has given way need not do so again",
                    is_zero(now(path, of(parent, "ti_flags")) & word32(TIF_NEED_RESCHED)));
        flags_at_first_ = now(path, of(child_, "flags"));
        parents_at_first_ = now(path, of(parent, "ti_flags"));
        for (const Path& begun : scene.call_from(child_begins(path), "schedule_tail", {}))
            for (const Path& exited : scene.call_from(begun.state, "do_exit", {exit_code()})) {
                scene.check(exited, "a dead child calls schedule()", at_switch(exited));
                holds_nothing(exited);
                used_ = what_it_used(exited);
                scene.equal(exited, "who runs after the child", argument(exited.state, 1),
                            word32(parent.address));
                for (const Path& awake : scene.run(goes_on(exited, asleep))) then(awake);
            }
    }

    /// What a zombie still has is what its parent asks for; a thread is off all lists.
    void holds_nothing(const Path& path) {
        constexpr std::uint32_t DEAD = 64, EXIT_ZOMBIE = 16, EXIT_DEAD = 32,
                                PF_EXITING = 4; // linux-2.6.33 linux/sched.h
        auto is = [&](const char* field, std::uint32_t value) {
            scene.equal(path, std::string("a dead child's ") + field, now(path, of(child_, field)),
                        word32(value));
        };
        for (const char* field :
             {"mm", "files", "fs", "sysvsem", "nsproxy", "io_context", "exec_domain", "cgroups"})
            is(field, 0);
        for (const char* field : {"vfork_done", "clear_child_tid"}) is(field, 0);
        is("state", DEAD);
        scene.equal(path, "a dead child's flags: exiting, and no more", now(path, of(child_, "flags")),
                    flags_at_first_ | word32(PF_EXITING));
        const Word exit_state = now(path, of(child_, "exit_state"));
        const Truth released = eq(exit_state, word32(EXIT_DEAD));
        scene.prove(path, "a dead child is a zombie, or released",
                    released || (Truth(!thread()) && eq(exit_state, word32(EXIT_ZOMBIE))));
        if (!scene.possible(path, released)) return;
        for (const char* field : {"sighand", "signal", "pids[0].pid", "pids[1].pid", "pids[2].pid"})
            is(field, 0);
    }

    /// What its parent will be told of a zombie.
    struct Used {
        Word uid, stime, min_flt;
    };
    Used what_it_used(const Path& path) const {
        const Place its_cred{path.state.address(now(path, of(child_, "cred"))), "Cred", 0};
        return {thread() ? word32(0) : now(path, of(its_cred, "uid")),
                now(path, of(child_, "sum_exec_runtime")), now(path, of(child_, "usage.min_flt"))};
    }

    void number_returned(const Path& path) {
        const Word number = path.state.get(Reg::eax);
        if (const auto failed = scene.when(path, slt(number, word32(0)))) {
            shown_by_failure(*this, "signal-check"); // a step that fails with memory at hand
            for_each_part(scene, *failed, [&](const Path& part) {
                Changes(*this, part).anything(stack_of_child).also(ResidueWhen::pid_reached).nothing_else();
            });
            shown_by_call(*this);
        }
        const auto made = scene.when(path, !slt(number, word32(0)));
        if (!made) return;
        if (thread())
            thread_lives(*made);
        else
            waits(*made, number);
    }

    /// wait4(-1, ..., __WALL), before the child has run or after it has gone.
    void waits(const Path& path, const Word& number) {
        const std::vector<Word> any_child = {word32(~0U), word32(WAIT_EXITED | WAIT_ALL),
                                             word32(result_.address)};
        for (const Path& slept : scene.call_from(scene.start_again(path.state), "do_wait", any_child)) {
            if (!at_switch(slept)) {
                reaped(slept, number);
                continue;
            }
            scene.check(slept, "the parent sleeps only while the child lives", !has(CLONE_VFORK));
            scene.equal(slept, "the state of one who waits", now(slept, of(parent, "state")),
                        word32(INTERRUPTIBLE));
            child_lives(slept, [&](const Path& awake) { reaped(awake, number); });
        }
    }

    /// Nobody waits for a thread: the caller gives way, and goes on when the thread has gone.
    void thread_lives(const Path& path) {
        for (const Path& gave_way : scene.call_from(scene.start_again(path.state), "schedule", {}))
            if (at_switch(gave_way)) // else the caller itself was the next to run
                child_lives(gave_way, [&](const Path& back) {
                    lives_++;
                    for_each_part(scene, back, [&](const Path& part) {
                        Changes changes(*this, part);
                        time_of_the_thread(part);
                        changes.anything(of(signal, "dead_threads"));
                        as_before(part, changes);
                    });
                });
    }

    /// What a thread has used is its group's: all but what the scheduler has charged it for dying.
    void time_of_the_thread(const Path& path) {
        auto more = [&](const char* field) {
            const Place sum = of(signal, std::string("dead_threads.") + field);
            return now(path, sum) - before(sum);
        };
        scene.equal(path, "the user time of dead threads, more", more("utime"), Word(64, 0));
        scene.equal(path, "the page faults of dead threads, more", more("min_flt"), used_.min_flt);
    }

    void reaped(const Path& path, const Word& number) {
        lives_++;
        for_each_part(scene, path, [&](const Path& part) {
            Changes changes(*this, part);
            const Word answer = part.state.get(Reg::eax), nobody_left = word32(0) - errno_word(Errno::ECHILD);
            const bool answered = part.state.decide(eq(answer, number));
            scene.prove(part, "there is a zombie exactly if the parent wants one",
                        Truth(answered) ^ leaves_no_zombies());
            if (answered)
                told_of_the_child(part, changes);
            else
                scene.equal(part, "what wait4 answers where nobody is to be waited for", answer, nobody_left);
            const Place pending = of(signal, "shared_pending");
            const Word with_sigchld = before(pending) | Word(64, 1ULL << (CHILD_SIGNAL - 1));
            const Truth blocked = bit(before(of(parent, "blocked")), CHILD_SIGNAL - 1),
                        was_pending = bit(before(pending), CHILD_SIGNAL - 1);
            // One that nobody would see is not even queued; one that is pending is not sent again.
            const Truth sent = (catches_sigchld() || (blocked && Truth(tells_parent()) &&
                                                      !eq(handler(), word32(HANDLER_IGNORES)))) &&
                               !was_pending;
            scene.equal(part, "the parent's pending signals", now(part, pending),
                        ite(sent, with_sigchld, before(pending)));
            scene.prove(part, "the parent is told of SIGCHLD on its way to ring 3, if it does not block it",
                        !(bit(now(part, of(parent, "ti_flags")), 2) ^
                          (bit(parents_at_first_, 2) || (sent && !blocked))));
            changes.anything(pending);
            as_before(part, changes);
        });
    }

    [[nodiscard]] bool tells_parent() const { return (story_.flags & CSIGNAL) == CHILD_SIGNAL; }
    [[nodiscard]] Word handler() const { return before(of(sighand, "action[16].handler")); }
    /// Linux asks what the parent does about SIGCHLD.
    [[nodiscard]] Truth leaves_no_zombies() const {
        const Word mode = before(of(sighand, "action[16].flags"));
        return Truth(tells_parent()) &&
               (eq(handler(), word32(HANDLER_IGNORES)) || !is_zero(mode & word32(NO_ZOMBIES)));
    }
    [[nodiscard]] Truth catches_sigchld() const {
        return Truth(tells_parent()) && ult(word32(HANDLER_IGNORES), handler());
    }

    /// The parent learns the status, and its sums grow by what the child has used.
    void told_of_the_child(const Path& path, Changes& changes) {
        auto told = [&](const char* what, const char* field, const Word& expected) {
            scene.equal(path, what, now(path, of(result_, field)), expected);
        };
        told("the child's status", "status", exit_code());
        told("the child's user", "uid", used_.uid);
        told("the child's user time, of which no tick has been", "usage.utime", Word(64, 0));
        told("the child's system time", "usage.stime", used_.stime);
        told("the child's page faults", "usage.min_flt", used_.min_flt);
        for (const char* sum : {"utime", "stime", "min_flt"}) {
            const Place total = of(signal, std::string("children.") + sum);
            changes.is(total, before(total) + now(path, of(result_, std::string("usage.") + sum)));
        }
    }

    /// All that may be different after a child, besides what its parent was told.
    void as_before(const Path& path, Changes& changes) {
        for (const Place& gone : {of(request, "child"), of(request, "pid"), result_, stack_of_child})
            changes.anything(gone);
        for (const char* field : {"thread.sp", "thread.ip"}) changes.anything(of(parent, field));
        const Place ti_flags = of(parent, "ti_flags");
        const Word others = word32(~(PENDING | TIF_NEED_RESCHED));
        scene.equal(path, "the parent's other thread flags", now(path, ti_flags) & others,
                    before(ti_flags) & others);
        changes.anything(ti_flags);
        for (const Place& one_more : {of(counts, "total_forks"), serial})
            changes.is(one_more, before(one_more) + Word(one_more.size * 8, 1));
        if (!shape.undo && has(CLONE_SYSVSEM)) {
            const Place list = changes.fresh("undo");
            changes.is(of(parent, "sysvsem"), list.address)
                .is(of(list, "count"), 1)
                .is(of(list, "ipc_ns"), ipc_ns.address)
                .empty_list(of(list, "entries.head"));
            changes.is(of(ipc_ns, "count"), before(of(ipc_ns, "count")) + word32(1));
        }
        changes.also(ResidueWhen::pid_reached).nothing_else();
    }

    const Story& story_;
    Place result_, child_;
    Word flags_at_first_ = word32(0), parents_at_first_ = word32(0);
    Used used_{word32(0), Word(64, 0), word32(0)};
    unsigned lives_ = 0;
};

constexpr std::uint32_t THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
constexpr std::uint32_t NEW = NSPROXY_FLAGS | CLONE_NEWUSER;

const Story stories[] = {
    {"fork", CHILD_SIGNAL, {.fpu = true, .io = true}},
    {"fork-without-fpu", CHILD_SIGNAL, {}, true},
    {"vfork", CLONE_VFORK | CLONE_VM | CHILD_SIGNAL},
    {"vm", CLONE_VM | CHILD_SIGNAL, {}, true},
    {"fs", CLONE_FS | CHILD_SIGNAL, {}, true},
    {"files", CLONE_FILES | CHILD_SIGNAL, {}, true},
    {"sysvsem", CLONE_SYSVSEM | CHILD_SIGNAL, {}, true},
    {"sysvsem-first", CLONE_SYSVSEM | CHILD_SIGNAL, {.undo = false}, true},
    {"io", CLONE_IO | CHILD_SIGNAL, {.io = true}, true},
    {"vm-sighand", CLONE_VM | CLONE_SIGHAND | CHILD_SIGNAL, {}, true},
    {"thread", THREAD | CLONE_SYSVSEM, {}, true},
    {"pthread", THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID},
    {"pthread-tls",
     THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
     {},
     true},
    {"newns", CLONE_NEWNS | CHILD_SIGNAL, {}, true},
    {"newns-mounted", CLONE_NEWNS | CHILD_SIGNAL, {.mounts = 2}, true},
    {"newuts", CLONE_NEWUTS | CHILD_SIGNAL, {}, true},
    {"newipc", CLONE_NEWIPC | CHILD_SIGNAL, {}, true},
    {"newpid", CLONE_NEWPID | CHILD_SIGNAL, {}, true},
    {"newnet", CLONE_NEWNET | CHILD_SIGNAL, {}, true},
    {"newuser", CLONE_NEWUSER | CHILD_SIGNAL, {}, true},
    {"container", NEW | CHILD_SIGNAL, {.mounts = 2}},
    {"tids", CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CHILD_SIGNAL, {}, true},
    {"settid", CLONE_CHILD_SETTID | CHILD_SIGNAL, {}, true},
    {"kernel-thread", CLONE_VM, {.mm = false}},
};

} // namespace

std::vector<Theorem> exit_theorems() {
    std::vector<Theorem> all = exit_row_theorems();
    all.push_back(exit_user_theorem());
    all.push_back(exit_cleartid_theorem());
    for (Theorem& theorem : exit_semundo_theorems()) all.push_back(std::move(theorem));
    for (const Story& story : stories) {
        all.push_back(machine_theorem(
            fmt::format("exit/whole-{}", story.name),
            "forked, run, exited and waited for: all as before but what a child may leave",
            [&story](MachineProof& proof) { StoryProof(proof, story).prove(); }, story.only_in_full));
        all.back().whole_life = true;
    }
    return all;
}

} // namespace forkproof::proofs
