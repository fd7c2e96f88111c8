// child: from int 0x80 through the entry code, copy_thread, ret_from_fork and iret. The child's ring 3
// registers are the parent's but for eax, esp where one was asked for, and TF; nothing of the kernel's is
// left in any.
#include "invariants/errno.hpp"
#include "invariants/flags.hpp"
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/in_bochs.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t STACK_TOP = 0xf8008000; ///< of the caller's kernel stack: what the TSS's esp0 says
constexpr std::uint32_t EFLAGS_TF = 1U << 8;
/// What iret restores of eflags is what was pushed: bits that Intel defines, but for the one that is
/// always 1.
constexpr std::uint32_t ARITHMETIC_AND_CONTROL = 0xfd5; // CF PF AF ZF SF TF IF DF OF

struct Call {
    const char* name;
    unsigned number; // asm/unistd_32.h
};
constexpr Call calls[] = {{"fork", 2}, {"vfork", 190}, {"clone", 120}};
struct Register {
    Reg reg;
    const char* name;
};
constexpr Register registers[] = {{Reg::eax, "eax"}, {Reg::ecx, "ecx"}, {Reg::edx, "edx"}, {Reg::ebx, "ebx"},
                                  {Reg::esp, "esp"}, {Reg::ebp, "ebp"}, {Reg::esi, "esi"}, {Reg::edi, "edi"}};
struct Segment {
    Seg seg;
    const char* name;
};
constexpr Segment segments[] = {{Seg::es, "es"}, {Seg::cs, "cs"}, {Seg::ss, "ss"},
                                {Seg::ds, "ds"}, {Seg::fs, "fs"}, {Seg::gs, "gs"}};

/// Ring 3 with registers about which nothing is known, in the middle of one of the three calls.
struct CallScene : ForkScene {
    const Call& call;
    State ring3; ///< as the program had it, right before int 0x80
    Word eip, eflags;

    CallScene(MachineProof& proof, const Call& which, const std::string& title)
        : ForkScene(proof, title, "thread"), call(which), ring3(scene.start()), eip(world.any("eip")),
          eflags(world.any("eflags")) {
        scene.assume("the call comes from ring 3", eq(extract(world.any("cs", 16), 1, 0), Word(2, 3)));
        ring3 = scene.start();
        for (const Segment& s : segments) ring3.set(s.seg, world.any(s.name, 16));
        ring3.set(Reg::esp, world.any("esp"));
        ring3.set(Reg::eax, word32(call.number));
        world.global("call_counts");
        world.set(of(parent, "ti_flags"), 0);
        world.set(of(child, "ti_flags"), 0);
        proof.assumption(
            "no signal and no reschedule is pending on the way back to ring 3 (else others run first)");
        scene.executor().stop_at(IN_RING_3);
        if (std::string(call.name) == "clone")
            shown_by_call(*this);
        else
            scene.reproduce = [](const Values&) { return "make run"; }; // the tour forks and vforks
    }

    /// After the processor has taken int 0x80: on the kernel stack, interrupts off.
    [[nodiscard]] State at_entry() {
        State s = ring3;
        s.set(Reg::esp, word32(STACK_TOP));
        for (const Word& pushed :
             {zext(ring3.get(Seg::ss), 32), ring3.get(Reg::esp), eflags, zext(ring3.get(Seg::cs), 32), eip})
            s.push(pushed);
        s.set(Seg::cs, Word(16, 0x08));
        s.set(Seg::ss, Word(16, 0x10));
        s.flags.set(Flag::interrupt, false);
        s.flags.set(Flag::df, bit(eflags, 10));
        s.ip = proof().image().function("entry_syscall").address;
        return s;
    }
    MachineProof& proof() { return scene.proof(); }

    /// Back in ring 3: everything as it was, but for these.
    void back_in_ring3(const Path& path, const std::string& who, const Word& eax, const Word& esp,
                       std::uint32_t cleared_flags) {
        const State& s = path.state;
        scene.check(path, who + " is back in ring 3", s.ring3.has_value());
        scene.equal(path, who + "'s eip", s.ring3->ip, eip);
        scene.equal(path, who + "'s eflags", s.ring3->eflags & word32(ARITHMETIC_AND_CONTROL),
                    eflags & word32(ARITHMETIC_AND_CONTROL & ~cleared_flags));
        for (const Register& r : registers) {
            const Word expected = r.reg == Reg::eax ? eax : r.reg == Reg::esp ? esp : ring3.get(r.reg);
            scene.equal(path, fmt::format("{}'s {}", who, r.name), s.get(r.reg), expected);
        }
        for (const Segment& g : segments)
            scene.equal(path, fmt::format("{}'s {}", who, g.name), s.get(g.seg), ring3.get(g.seg));
    }

    [[nodiscard]] Word asked_flags() const {
        return call.number == 2     ? word32(SIGCHLD_NUMBER)
               : call.number == 190 ? word32(CLONE_VFORK | CLONE_VM | SIGCHLD_NUMBER)
                                    : ring3.get(Reg::ebx);
    }
    [[nodiscard]] Word asked_stack() const {
        const Word mine = ring3.get(Reg::esp), asked = ring3.get(Reg::ecx);
        return call.number == 120 ? ite(is_zero(asked), mine, asked) : mine;
    }
    static constexpr std::uint32_t SIGCHLD_NUMBER = 17;
};

/// The request that the call makes, and the child's way from there to ring 3.
void childs_way(MachineProof& proof, const Call& call) {
    CallScene c(proof, call, fmt::format("a program calls {}: the child", call.name));
    Scene& scene = c.scene;
    const std::uint32_t do_fork = proof.image().function("do_fork").address;
    scene.executor().stop_at(do_fork);
    scene.contract("copy_from_user", [&c](State& s) {
        if (s.decide(eq(s.unknown("copy_from_user fails", 1), Word(1, 1))))
            return returns(s, word32(static_cast<unsigned>(Errno::EFAULT)));
        const std::uint32_t to = s.address(argument(s, 0)), size = s.address(argument(s, 2));
        for (std::uint32_t i = 0; i < size; i += 4) s.store(word32(to + i), s.unknown("ring 3's bytes", 32));
        returns(s, word32(0));
    });
    scene.contract("schedule_tail", [](State& s) { returns_nothing(s); });
    proof.assumption(
        "schedule_tail changes no saved register (its memory effects are of the switch, not of the child)");
    const std::vector<Path> asked = scene.run(c.at_entry());
    for (const Path& path : asked) {
        scene.check(path, "the call arrives at do_fork", path.state.ip == do_fork);
        const Place request{path.state.address(argument(path.state, 0)), "ForkRequest", 0};
        auto field = [&](const char* name) { return c.of(request, name); };
        auto is = [&](const char* name, const Word& value) {
            scene.equal(path, fmt::format("request.{}", name), ForkScene::now(path, field(name)), value);
        };
        const bool clone = call.number == 120;
        is("flags", c.asked_flags());
        is("stack_start", c.asked_stack());
        is("parent_tid", clone ? c.ring3.get(Reg::edx) : word32(0));
        is("child_tid", clone ? c.ring3.get(Reg::edi) : word32(0));
        is("child", word32(0));
        is("pid", word32(0));
        is("regs", word32(STACK_TOP - c.world.layouts().size_of("PtRegs")));
        State from = path.state;
        from.memory.poke(field("child").address, word32(c.child.address));
        from.set(Reg::esp, from.get(Reg::esp) - word32(64));
        for (const Path& copied : scene.call_from(from, "acquire_thread", {word32(request.address)})) {
            const auto done = scene.when(copied, is_zero(copied.state.get(Reg::eax)));
            if (!done) continue;
            // The switch: esp and eip from the child's Thread, all else whatever the task before had.
            State s = done->state;
            for (const Register& r : registers)
                s.set(r.reg, s.unknown(fmt::format("{} at the switch", r.name), 32));
            s.set(Reg::esp, ForkScene::now(*done, c.of(c.child, "thread.sp")));
            for (const Seg g : {Seg::fs, Seg::gs}) s.set(g, s.unknown("a segment at the switch", 16));
            s.memory.poke(c.world.global("current_task").address, word32(c.child.address));
            s.calls.clear();
            s.ip = s.address(ForkScene::now(*done, c.of(c.child, "thread.ip")));
            for (const Path& back : scene.run(std::move(s)))
                c.back_in_ring3(back, "the child", word32(0), c.asked_stack(), EFLAGS_TF);
        }
    }
    scene.reached("do_fork", asked, [](const Path&) { return Truth(true); });
}

/// The parent's own way back: everything as it was but eax.
void parents_way(MachineProof& proof, const Call& call) {
    CallScene c(proof, call, fmt::format("a program calls {}: the parent", call.name));
    const Word result = c.world.any("what do_fork returns");
    c.scene.contract("do_fork", [&result](State& s) { returns(s, result); });
    Scene& scene = c.scene;
    const std::vector<Path> paths = scene.run(c.at_entry());
    const Place made = c.of(c.world.global("call_counts"), "made");
    for (const Path& path : paths) {
        c.back_in_ring3(path, "the parent", result, c.ring3.get(Reg::esp), 0);
        scene.equal(path, "how many calls have been made", ForkScene::now(path, made),
                    c.before(made) + Word(64, 1));
    }
    scene.reached("ring 3", paths, [](const Path&) { return Truth(true); });
}

} // namespace

std::vector<Theorem> child_theorems() {
    std::vector<Theorem> all;
    for (const Call& call : calls)
        all.push_back(machine_theorem(
            fmt::format("child/{}", call.name),
            fmt::format("after {} child and parent have the caller's registers but for eax, esp, TF",
                        call.name),
            [&call](MachineProof& proof) {
                childs_way(proof, call);
                parents_way(proof, call);
            }));
    return all;
}

} // namespace forkproof::proofs
