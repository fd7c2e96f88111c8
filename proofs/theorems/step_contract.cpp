#include "proofs/theorems/step_contract.hpp"
#include "proofs/world/in_bochs.hpp"

namespace forkproof::proofs {

Word errno_of_allocations(const Path& path) {
    return errno_word(an_allocation_failed(path.state) ? Errno::ENOMEM : Errno::OK);
}

void divide(ForkScene& f, const Path& path, const Truth& condition,
            const std::function<void(const Path&)>& then, const std::function<void(const Path&)>& otherwise) {
    if (const auto part = f.scene.when(path, condition)) then(*part);
    if (const auto part = f.scene.when(path, !condition)) otherwise(*part);
}

void prove_step(ForkScene& f, const StepContract& contract) {
    const std::string& step = contract.step;
    const std::vector<Path> paths = f.acquire(step);
    auto succeeds = [](const Path& path) { return is_zero(path.state.get(Reg::eax)); };
    for (const Path& path : paths) {
        shown_by_errno(f, step, path);
        if (!contract.can_succeed) f.scene.reproduce = nullptr; // no boot is so short of what it needs
        f.scene.equal(path, "errno of step " + step, path.state.get(Reg::eax), contract.error(path));
        if (contract.can_succeed) shown_by_acquire(f, step, path);
        divide(
            f, path, succeeds(path),
            [&](const Path& made) {
                contract.success(made);
                f.check_stage(made, step);
                for (const Path& undone : f.release(made, step)) restored(f, undone);
            },
            [&](const Path& failed) { restored(f, failed); });
    }
    if (contract.can_succeed) f.scene.reached("step " + step + " succeeds", paths, succeeds);
    if (contract.can_fail)
        f.scene.reached("step " + step + " fails", paths, [&](const Path& path) { return !succeeds(path); });
}

} // namespace forkproof::proofs
