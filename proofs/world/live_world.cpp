#include "proofs/world/live_world.hpp"
#include "invariants/rules.hpp"
#include "proofs/world/in_bochs.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

// kernel/mm/stack.cpp: slots of four pages, the upper two of which are the stack. The caller has the second
// slot.
constexpr std::uint32_t AREA = 0xf8000000, SLOT_SIZE = 0x4000, STACK_SIZE = 0x2000, PTES_PER_SLOT = 4;
constexpr std::uint32_t CHILDS_SLOT = 2, FUTEX_BUCKETS = 64;
// linux-2.6.33 linux/sched.h
constexpr std::uint32_t PF_EXITING = 0x4;

} // namespace

LiveScene::LiveScene(MachineProof& proof, const std::string& title, const std::string& step, ForkShape wanted)
    : ForkScene(proof, title, step, wanted), init(world.object("Task", "init", "task")),
      init_task(world.global("init_task")), rq(world.global("rq")), counts(world.global("task_counts")),
      serial(world.global("next_serial")), pid(world.object("Pid", "parent's pid", "pid")),
      pgrp(world.object("Pid", "pgrp", "pid")), session(world.object("Pid", "session", "pid")),
      numbers(scene) {
    add_globals(*this);
    build_family();
    build_processor();
    build_queue();
    build_stack_area();
    caller_runs();
    numbers.add(pid_ns);
    numbers.use_contracts();
    scene.assume("number 1 of the first pid namespace is init's",
                 !eq(numbers.of(pid_ns.address).number, word32(1)));
    shown_by_call(*this);
}

void LiveScene::add_globals(ForkScene& f) {
    World& world = f.world;
    for (const char* name : {"next_user_ns_id", "next_id", "swapper_pg_dir"}) (void)world.global(name);
    for (const char* lock : {"fs_lock", "siglock", "tasklist_lock"})
        world.set(f.of(world.global(lock), "holder_"), 0);
    f.scene.assume("nobody holds a lock when a call begins (the lock invariant)", true);
    for (const char* watched : {"steps_are_watched", "calls_are_watched"})
        world.set(world.global(watched), 0);
    f.scene.assume("neither fail= nor check=step is on the command line", true);
    world.set(world.global("active"), f.shape.mm ? f.mm.address : 0);
}

void LiveScene::build_family() {
    auto pid_link = [&](const Place& task, int type) { return of(task, fmt::format("pids[{}].node", type)); };
    auto users = [&](const Place& p, int type) { return of(p, fmt::format("tasks[{}]", type)); };
    // The caller leads its process group's and session's only process; init is its parent.
    const Place pids[] = {pid, pgrp, session};
    leader_pid = pid;
    for (int type = 0; type < 3; type++) {
        const Place& p = pids[type];
        world.point(of(parent, fmt::format("pids[{}].pid", type)), p);
        for (int other = 0; other < 3; other++) world.empty_list(users(p, other));
        world.ring({users(p, type), pid_link(parent, type)});
        world.set(of(p, "level"), 0);
        world.point(of(p, "numbers[0].ns"), pid_ns);
        scene.assume("a pid counts its allocation and each task that is attached",
                     ult(word32(1), before(of(p, "count"))) && ult(before(of(p, "count")), word32(1U << 31)));
    }
    const Place pid_of_init = world.object("Pid", "init's pid", "pid");
    world.set(of(pid_of_init, "level"), 0);
    world.point(of(pid_of_init, "numbers[0].ns"), pid_ns);
    world.set(of(pid_of_init, "numbers[0].nr"), 1);
    world.point(of(init, "pids[0].pid"), pid_of_init);
    world.set(of(init, "pid"), 1);
    world.point(of(init, "group_leader"), init);
    world.set(of(init, "exit_state"), 0);
    world.point(of(init, "signal"), world.object("Signal", "init->signal", "signal"));
    for (const char* list : {"thread_group", "sibling"}) empty_list(init, list);

    world.point(of(parent, "group_leader"), parent);
    world.point(of(parent, "real_parent"), init);
    for (const char* list : {"children", "thread_group", "run_list", "wait_node", "timer_node"})
        empty_list(parent, list);
    world.ring({of(init, "children"), of(parent, "sibling")});
    world.ring({of(init_task, "tasks"), of(init, "tasks"), of(parent, "tasks")});
    world.point(of(pid_ns, "child_reaper"), init);
    world.point(world.global("init_pid_ns"), pid_ns);
}

void LiveScene::caller_runs() {
    for (const char* zero : {"state", "exit_state", "waiting_on", "thread.fpu"})
        if (std::string(zero) != "thread.fpu" || !shape.fpu) world.set(of(parent, zero), 0);
    world.set(of(parent, "on_rq"), 1);
    world.set(of(signal, "group_exit_task"), 0);
    empty_list(signal, "wait_chldexit.waiting");
    scene.assume("the caller is not exiting, and no exec of its group is under way",
                 is_zero(before(of(parent, "flags")) & word32(PF_EXITING)));
    scene.assume("the call comes from ring 3", eq(before(of(regs, "cs")) & word32(3), word32(3)));
}

void LiveScene::build_processor() {
    const Place tss = world.global("main_tss"), gdt = world.global("gdt");
    world.set(of(tss, "tss.io_map"), tss.size); // no ports
    world.set(of(tss, "tss.esp0"), before(of(parent, "thread.sp0")));
    for (int i = 0; i < 3; i++)
        world.set({gdt.address + 8 * static_cast<std::uint32_t>(6 + i), "", 8},
                  before({of(parent, "thread.tls").address + 8 * static_cast<std::uint32_t>(i), "", 8}));
    scene.assume("the TSS and the GDT hold what is the running task's (arch_switch_to)", true);
    const Place owner = world.global("owner@kernel/arch/fpu.cpp");
    if (shape.fpu)
        world.point(owner, parent);
    else
        world.set(owner, 0);
}

void LiveScene::build_queue() {
    world.empty_list(of(rq, "fair.head"));
    const Place bits = of(rq, "rt_bits");
    for (std::uint32_t i = 0; i < bits.size; i += 4) world.set({bits.address + i, "", 4}, 0);
    world.set(of(rq, "dead"), 0);
    scene.assume("nobody but the caller can run when the call begins",
                 eq(before(of(rq, "nr_running")), word32(1)));
    const Place buckets = world.global("buckets");
    for (std::uint32_t i = 0; i < FUTEX_BUCKETS; i++) world.empty_list({buckets.address + 8 * i, "", 8});
    scene.assume("nobody waits on a futex", true);
}

void LiveScene::build_stack_area() {
    world.set(world.global("first_free@kernel/mm/stack.cpp"), CHILDS_SLOT);
    (void)world.global("in_use");
    (void)world.global("next_free@kernel/mm/stack.cpp");
    const std::uint32_t table = page_address(add_frame(scene, "page table of the stacks"));
    world.set(of(world.global("tables"), "[0]"), table);
    stack_ptes = {table + CHILDS_SLOT * PTES_PER_SLOT * 4, "", PTES_PER_SLOT * 4};
    for (std::uint32_t i = 0; i < PTES_PER_SLOT; i++) world.set({stack_ptes.address + 4 * i, "", 4}, 0);
    const std::uint32_t top = AREA + (CHILDS_SLOT + 1) * SLOT_SIZE;
    stack_of_child = world.bytes(top - STACK_SIZE, STACK_SIZE, "child's stack");
}

void LiveScene::use_story_contracts() {
    auto nothing = [](State& s) { returns_nothing(s); };
    for (const char* checker :
         {"watch_process_call", "clone_accepted", "fail_injection_call_begins", "fail_injection_call_ends"})
        scene.contract(checker, nothing);
    scene.assume("the checker (kernel/check) changes nothing", true);
    auto answers = [this](const char* type) {
        return [this, size = world.layouts().size_of(type)](State& s) {
            const Word to = argument(s, 0);
            for (std::uint32_t i = 0; i < size; i++) s.memory.poke(s.address(to) + i, Word(8, 0));
            returns(s, to);
            s.set(Reg::esp, s.get(Reg::esp) + word32(4)); // the hidden argument is the callee's to pop
        };
    };
    scene.contract("verdict_context", answers("VerdictContext"));
    scene.contract("verdict", [this](State& s) {
        const Word to = argument(s, 0);
        const Place answer{s.address(to), "Verdict", 0};
        s.memory.poke(of(answer, "refused_by").address, Word(8, static_cast<unsigned>(RuleId::none)));
        s.memory.poke(of(answer, "error").address, word32(0));
        s.memory.poke(of(answer, "used_privilege").address, Word(8, 0));
        returns(s, to);
        s.set(Reg::esp, s.get(Reg::esp) + word32(4));
    });
    scene.assume("the verdict accepts, without privilege (verdict/table)", true);
}

void LiveScene::stop_at_switches() { scene.executor().stop_at(world.image().symbol("switch_context")); }

void for_each_part(Scene& scene, const Path& path, const std::function<void(const Path&)>& then) {
    std::optional<z3::expr> undecided;
    try {
        return then(path);
    } catch (const Fork& fork) {
        undecided = fork.on;
    }
    const bool yes_or_no = undecided->is_bool();
    const Word word = yes_or_no ? from_truth(Truth(*undecided), 1) : Word(*undecided);
    for (const std::uint64_t value : scene.values(path, word)) {
        Path part = path;
        part.state.assume(yes_or_no ? (value != 0 ? *undecided : !*undecided)
                                    : eq(word, Word(word.width(), value)).term());
        part.state.learn(*undecided, value);
        for_each_part(scene, part, then);
    }
}

void use_charge_contract_for_all(ForkScene& f) {
    const Place minimum = f.of(f.world.global("rq"), "min_vruntime"),
                current = f.world.global("current_task");
    f.scene.contract("update_curr", [&f, minimum, current](State& s) {
        const Place runs{s.address(s.memory.peek(current.address, 4)), "Task", 0};
        for (const char* field : {"exec_start", "sum_exec_runtime", "vruntime"})
            s.memory.poke(f.of(runs, field).address, s.unknown(std::string("charged ") + field, 64), s.ip);
        s.memory.poke(minimum.address, s.unknown("charged min_vruntime", 64), s.ip);
        returns_nothing(s);
    });
}

} // namespace forkproof::proofs
