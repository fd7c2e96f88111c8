// task: a task_struct, a kernel stack and, if the parent computes with it, a copy of the FPU's registers.
// Every field of the new task is stated: copied from the parent, or what a task begins with, which is mostly
// 0.
#include "proofs/machine/semantics.hpp"
#include "proofs/theorems/step_contract.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

// kernel/mm/stack.cpp: slots of four pages, the upper two of which are the stack.
constexpr std::uint32_t AREA = 0xf8000000, SLOT_SIZE = 0x4000, SLOTS_PER_TABLE = 256, PTES_PER_SLOT = 4;
constexpr std::uint32_t NO_SLOT = ~0U, LAST_SLOT = 4095;
constexpr std::uint32_t PTE_BITS = 0x103; // present, writable, global (Intel SDM volume 3, section 4.3)
constexpr std::uint32_t USE_STACK = 4;    // FrameUse::stack
constexpr std::uint32_t FPU_BYTES = 512, COMM_BYTES = 16;
// linux-2.6.33 linux/sched.h
constexpr std::uint32_t PF_STARTING = 0x2, PF_EXITING = 0x4, PF_FORKNOEXEC = 0x40, PF_SUPERPRIV = 0x100,
                        PF_SIGNALED = 0x400;

enum class Fpu : std::uint8_t { unused, saved, in_registers };
struct Start {
    const char* title;
    std::uint32_t slot; ///< the first free one
    Fpu fpu = Fpu::unused;
};
const Start starts[] = {
    {"no stack left", NO_SLOT},
    {"the first slot for a stack", 0},
    {"the last slot of the first table", SLOTS_PER_TABLE - 1},
    {"the first slot of the second table", SLOTS_PER_TABLE},
    {"the last slot for a stack", LAST_SLOT},
    {"the FPU is used, its registers are somebody else's", 2, Fpu::saved},
    {"the FPU is used, its registers are the caller's", 2, Fpu::in_registers},
};

class TaskProof {
  public:
    TaskProof(MachineProof& proof, const Start& start)
        : f_(proof, fmt::format("task: {}", start.title), "task", {.fpu = start.fpu != Fpu::unused}),
          start_(start) {
        World& world = f_.world;
        first_free_ = world.global("first_free@kernel/mm/stack.cpp");
        in_use_ = world.global("in_use");
        world.set(first_free_, start.slot);
        if (start.slot != NO_SLOT) {
            next_free_ =
                f_.of(world.global("next_free@kernel/mm/stack.cpp"), fmt::format("[{}]", start.slot));
            build_slot();
        }
        const Place owner = world.global("owner@kernel/arch/fpu.cpp");
        if (start.fpu == Fpu::in_registers)
            world.point(owner, f_.parent); // its Thread, which it begins with
        else
            f_.scene.assume("the FPU's registers are those of the task that used it last",
                            !eq(world.get(owner), word32(f_.parent.address)));
    }

    void prove() {
        auto error = [&](const Path& path) {
            return start_.slot == NO_SLOT ? errno_word(Errno::ENOMEM) : errno_of_allocations(path);
        };
        prove_step(f_, {.step = "task",
                        .error = error,
                        .success = [&](const Path& path) { made(path); },
                        .can_succeed = start_.slot != NO_SLOT});
    }

  private:
    /// The page table of the slot: a free slot has no pages.
    void build_slot() {
        const std::uint32_t table = page_address(add_frame(f_.scene, "page table of the stacks"));
        const Place tables = f_.world.global("tables");
        f_.world.set(f_.of(tables, fmt::format("[{}]", start_.slot / SLOTS_PER_TABLE)), table);
        ptes_ = table + start_.slot % SLOTS_PER_TABLE * PTES_PER_SLOT * 4;
        for (std::uint32_t i = 0; i < PTES_PER_SLOT; i++) f_.world.set(pte(i), 0);
    }
    [[nodiscard]] Place pte(std::uint32_t i) const { return {ptes_ + 4 * i, "", 4}; }
    [[nodiscard]] Word parents(const std::string& field) const { return f_.before(f_.of(f_.parent, field)); }

    void made(const Path& path) {
        Changes changes(f_, path);
        const Place child = changes.fresh("task");
        changes.is(f_.of(f_.request, "child"), child.address);
        stack(changes, child);
        if (start_.fpu != Fpu::unused) fpu(changes, path, child);
        for (const StageRow& row : stage_rows)
            changes.is(f_.of(child, row.field), 0); // nothing of the parent's: B3
        copied(changes, child);
        by_flags(changes, child);
        f_.scene.prove(path, "child->start_time is the time of the call",
                       is_time_stamp(path.state, ForkScene::now(path, f_.of(child, "start_time"))));
        changes.anything(f_.of(child, "start_time"));
        initial(changes, child);
        changes.nothing_else();
    }

    void stack(Changes& changes, const Place& child) {
        for (std::uint32_t i = PTES_PER_SLOT - 2; i < PTES_PER_SLOT; i++) {
            const std::uint32_t frame = frame_number(changes.fresh("frame").address);
            changes.is(pte(i), frame << 12 | PTE_BITS);
            changes.is(f_.of(frame_entry(f_.world, frame), "count"), 1);
            changes.is(f_.of(frame_entry(f_.world, frame), "use"), USE_STACK);
        }
        changes.is(f_.of(child, "stack"), AREA + (start_.slot + 1) * SLOT_SIZE);
        changes.is(first_free_, f_.before(next_free_)).is(in_use_, f_.before(in_use_) + word32(1));
    }

    /// The image that the child gets is what the parent's registers hold now.
    void fpu(Changes& changes, const Path& path, const Place& child) {
        const Place fresh = changes.fresh("fpu");
        changes.is(f_.of(child, "thread.fpu"), fresh.address);
        for (std::uint32_t at = 0; at < FPU_BYTES; at += 4) {
            const Place parents_word{f_.fpu.address + at, "", 4};
            changes.is({fresh.address + at, "", 4}, ForkScene::now(path, parents_word));
            if (start_.fpu == Fpu::saved)
                changes.is(parents_word, f_.before(parents_word));
            else
                f_.scene.check(path, "the FPU's registers are saved first",
                               path.state.memory.written().contains(parents_word.address));
        }
    }

    void copied(Changes& changes, const Place& child) {
        for (std::uint32_t at = 0; at < COMM_BYTES; at += 4)
            changes.is({f_.of(child, "comm").address + at, "", 4},
                       f_.before({f_.of(f_.parent, "comm").address + at, "", 4}));
        for (const char* field : {"self_exec_id", "personality", "blocked", "timer_slack_ns"})
            changes.is(f_.of(child, field), parents(field));
        changes.is(f_.of(child, "default_timer_slack_ns"), parents("timer_slack_ns"));
        changes.is(f_.of(child, "flags"),
                   (parents("flags") & word32(~(PF_SUPERPRIV | PF_EXITING | PF_SIGNALED))) |
                       word32(PF_FORKNOEXEC | PF_STARTING));
    }

    void by_flags(Changes& changes, const Place& child) {
        // The alternate signal stack is in the parent's memory: kept unless both run there at once.
        const Truth keeps = !f_.flag(CLONE_VM) || f_.flag(CLONE_VFORK);
        for (const char* field : {"sas_ss_sp", "sas_ss_size"})
            changes.is(f_.of(child, field), ite(keeps, parents(field), word32(0)));
        const Word tid = f_.before(f_.of(f_.request, "child_tid"));
        changes.is(f_.of(child, "set_child_tid"), ite(f_.flag(CLONE_CHILD_SETTID), tid, word32(0)));
        changes.is(f_.of(child, "clear_child_tid"), ite(f_.flag(CLONE_CHILD_CLEARTID), tid, word32(0)));
    }

    /// What a task begins with: in no list, priority of nice 0, everything else 0.
    void initial(Changes& changes, const Place& child) {
        for (const char* list : {"pids[0].node", "pids[1].node", "pids[2].node", "children", "sibling",
                                 "thread_group", "tasks", "run_list", "wait_node", "timer_node"})
            for (const char* link : {".next", ".prev"})
                changes.is(f_.of(child, list + std::string(link)), f_.of(child, list).address);
        for (const char* field : {"prio", "static_prio", "normal_prio"}) changes.is(f_.of(child, field), 120);
        changes.is(f_.of(child, "load_weight"), 1024).is(f_.of(child, "sched_class"), 1);
        changes.rest_is_zero(child);
    }

    ForkScene f_;
    Start start_;
    Place first_free_, next_free_, in_use_;
    std::uint32_t ptes_ = 0;
};

void step_task(MachineProof& proof) {
    for (const Start& start : starts) TaskProof(proof, start).prove();
}

} // namespace

std::vector<Theorem> steps_task_theorems() {
    return {machine_theorem(
        "steps/task",
        "a task, its stack and FPU image; it holds nothing of its parent's, every field is stated",
        step_task)};
}

} // namespace forkproof::proofs
