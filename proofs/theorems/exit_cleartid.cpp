// exit/cleartid: what CLONE_CHILD_CLEARTID has promised is done when the task gives up its memory: the word
// is cleared, and one who waits for it is woken.
#include "proofs/theorems/exit.hpp"
#include "proofs/world/in_bochs.hpp"

namespace forkproof::proofs {

namespace {

/// Where the contracts note what they were asked for.
constexpr std::uint32_t NOTES = 0xd7000000;
constexpr std::uint32_t PF_SIGNALED = 0x400; // linux/sched.h

class ClearTidProof : public ForkScene {
  public:
    explicit ClearTidProof(MachineProof& proof)
        : ForkScene(proof, "a task gives up its memory", "task"), word_(of(parent, "clear_child_tid")),
          cleared_(world.bytes(NOTES, 4, "times cleared")), woken_(world.bytes(NOTES + 4, 4, "times woken")) {
        world.set(of(parent, "vfork_done"), 0); // its vfork parent waits no more: exit/whole-vfork
        scene.contract("copy_to_user", [this](State& s) { clear(s); });
        scene.contract("futex_wake", [this](State& s) { wake(s); });
        shown_by_call(*this);
    }

    void prove() {
        const Truth shared = ult(word32(1), before(of(mm, "users"))),
                    killed = !is_zero(before(of(parent, "flags")) & word32(PF_SIGNALED)),
                    asked = !is_zero(before(word_)) && !killed && shared;
        const std::vector<Path> paths = scene.call("mm_release", {word32(parent.address)});
        for (const Path& path : paths)
            for (const bool clears : {true, false})
                if (const auto one = scene.when(path, clears ? asked : !asked)) {
                    Changes changes(*this, *one);
                    const Word times = word32(clears ? 1 : 0);
                    changes.is(cleared_, before(cleared_) + times)
                        .is(woken_, before(woken_) + ite(is_zero(answer()), times, word32(0)))
                        .is(word_, 0)
                        .nothing_else(Aspect::effect);
                }
        scene.reached("the word is to be cleared", paths, [&](const Path&) { return asked; });
        scene.reached("nobody else has the memory", paths, [&](const Path&) { return !asked && !shared; });
        scene.reached("the task was killed", paths, [&](const Path&) { return !asked && killed; });
    }

  private:
    /// What copy_to_user answers. It is called once at most.
    [[nodiscard]] Word answer() const { return world.any("what copy_to_user says"); }

    void count(State& s, const Place& notes) const {
        s.memory.poke(notes.address, s.memory.peek(notes.address, 4) + word32(1), s.ip);
    }
    void clear(State& s) {
        if (!argument(s, 0).same(before(word_)))
            throw Violation("another word than clear_child_tid's is written");
        if (!argument(s, 2).is(4) || !s.memory.peek(s.address(argument(s, 1)), 4).is(0))
            throw Violation("the word is not cleared");
        count(s, cleared_);
        returns(s, answer());
    }
    void wake(State& s) {
        if (!argument(s, 0).is(mm.address) || !argument(s, 1).same(before(word_)))
            throw Violation("who waits for another word is woken");
        if (!argument(s, 2).is(1)) throw Violation("not one is woken");
        count(s, woken_);
        returns(s, s.unknown("what futex_wake returns", 32));
    }

    Place word_, cleared_, woken_;
};

} // namespace

Theorem exit_cleartid_theorem() {
    return machine_theorem(
        "exit/cleartid",
        "the word that CLEARTID has promised is cleared, and one waiter is woken, exactly if "
        "others use the memory and the task was not killed",
        [](MachineProof& proof) { ClearTidProof(proof).prove(); });
}

} // namespace forkproof::proofs
