// whole/merged-as-single: state merging is where tools of this kind are most often wrong, so what merging
// makes of a run is held against the same run way by way. Each way must take exactly one exit, and end as
// that exit says. Without merging the ways double with each flag: so of the flags that steps ask three or
// four at a time are free, in samples that bring together those that one step, or one namespace, asks with
// those of others.
#include "invariants/flags.hpp"
#include "proofs/rules/counterexample.hpp"
#include "proofs/theorems/scheduling.hpp"
#include "proofs/theorems/whole_scene.hpp"
#include "proofs/world/compare_merged.hpp"
#include "proofs/world/telling.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// The flags that some step asks; the others divide no way, and are always free.
constexpr std::uint32_t ASKED = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                CLONE_NEWNS | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_NEWUTS | CLONE_NEWIPC |
                                CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_CHILD_SETTID |
                                CLONE_CHILD_CLEARTID | CLONE_IO;

/// A caller, and which of the flags that steps ask are free, and which of the others are set.
struct Sample {
    bool mm;
    std::uint32_t free, set;
    bool io = false;
};

constexpr Sample samples[] = {
    {true, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND, 0},
    {false, CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, CLONE_SYSVSEM | CLONE_NEWUSER},
    {false, CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC, 0},
    {false, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_THREAD, 0},
    {true, CLONE_VM | CLONE_NEWIPC | CLONE_SYSVSEM, CLONE_FILES | CLONE_SIGHAND},
    {false, CLONE_FS | CLONE_NEWPID | CLONE_NEWNET, CLONE_SYSVSEM},
    {false, CLONE_IO | CLONE_NEWNET | CLONE_SETTLS, CLONE_FILES, true},
    {false, CLONE_VM | CLONE_SETTLS | CLONE_CHILD_SETTID, CLONE_SIGHAND | CLONE_THREAD},
    {false, CLONE_SETTLS | CLONE_CHILD_CLEARTID | CLONE_NEWIPC, CLONE_FILES},
};

void compare_sample(MachineProof& proof, const Sample& sample) {
    const ForkShape shape{.undo = false, .io = sample.io, .mm = sample.mm};
    const std::string title = fmt::format("free: {}; set: {}{}", flag_words(sample.free),
                                          flag_words(sample.set), sample.mm ? "; with an mm" : "");
    Sites sites;
    auto run = [&](WholeScene& w) {
        w.scene.assume(
            "of the flags that steps ask only some are free at a time (samples in whole_compare.cpp)",
            eq(w.flags & word32(ASKED & ~sample.free), word32(sample.set)));
        const Sched caller = sched_before(w, w.parent);
        w.scene.assume("in these samples the caller is an ordinary task, without reset-on-fork",
                       is_zero(caller.policy) && is_zero(caller.reset_on_fork) &&
                           !ult(caller.normal_prio, word32(MAX_RT_PRIO)) &&
                           !slt(caller.normal_prio, word32(0)));
        return w.call("copy_process");
    };
    WholeScene one(proof, title, sites, shape), all(proof, title + ", merged", sites, shape);
    all.merge();
    const std::vector<Path> single = run(one), merged = run(all);
    if (proof.replaying()) return;
    proof.log(fmt::format("{}: {} ways, {} exits", title, single.size(), merged.size()));
    const auto fault = merge_fault(proof.solver(), "copy_process", single, merged);
    if (!fault) return;
    throw NotProved{Outcome::refuted, tell(one.scene, *fault->way, "merging: " + fault->words, 0, nullptr,
                                           nullptr, proof.solver().model(), {{"flags", one.flags, true}})};
}

} // namespace

Theorem merged_as_single() {
    return machine_theorem(
        "whole/merged-as-single",
        "on samples of the flags (3 or 4 free at a time) every way takes one exit of the merged run, and "
        "ends as it says",
        [](MachineProof& proof) {
            for (const Sample& sample : samples) compare_sample(proof, sample);
        },
        true);
}

} // namespace forkproof::proofs
