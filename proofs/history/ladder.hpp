// proofs/history/ shows what is wrong with the clean-up ladder of linux-2.6.33 (data in invariants/), over
// abstract steps: ladders as data (ladder; own_image reads the kernel's), a call that goes through one as
// terms (exits), as plain numbers (replay), and as i386 code (code, assembler) in the executor (machine_run);
// one inquiry under way (inquiry, witness), what is known to be wrong (defects), and the theorems.
#pragma once
#include "invariants/ladder_2_6_33.hpp"
#include <string>
#include <vector>

namespace forkproof::proofs {

/// A ladder, in the terms of invariants/ladder_2_6_33.hpp. It is plain data, so that the tests can plant
/// faults and repairs.
struct Ladder {
    struct Resource {
        std::string name;
        LadderEither copied;
    };
    struct Step {
        std::string name, label;
        LadderEither fails;
        RuleSet rules;
        bool keeps = false;
    };
    struct Take {
        std::string step, resource;
        int count = 1;
        LadderEither when = LADDER_ALWAYS;
        bool luck = false;
    };
    struct Clear {
        std::string step, resource;
    };
    struct Release {
        std::string label, call, resource;
        int count = 1;
        LadderGuard guard = LadderGuard::none;
        LadderWhen when{};
    };

    std::vector<Resource> resources;
    RuleSet decided_before; ///< rules that refuse a call before the first step
    std::vector<Step> steps;
    std::string copying_step;
    std::vector<Take> takes;
    std::vector<Clear> clears;
    std::vector<Release> releases;

    /// Places in the lists; the list's size if there is none of this name.
    [[nodiscard]] std::size_t resource(const std::string& name) const;
    [[nodiscard]] std::size_t step(const std::string& name) const;
    [[nodiscard]] std::size_t landing(const std::string& label) const;
    /// The steps that can fail, in their order.
    [[nodiscard]] std::vector<std::size_t> exits() const;
    /// What in it does not fit together: names that nothing bears, labels that stand nowhere. Empty if sound.
    [[nodiscard]] std::vector<std::string> misfits() const;
};

Ladder ladder_of_2_6_33();

/// A row of the kernel's own table of steps.
struct OwnStep {
    std::string name;
    bool can_fail = true;
    bool releases = true; ///< false: its release does nothing
};
/// The kernel's own table, in its order: a runner that releases what stands above the step that failed, last
/// first; releases that give back what the child's pointers say, which start as null. A step takes what the
/// listing's step of that name takes, as far as the kernel has such things (invariants/sharing.hpp).
Ladder own_ladder(const std::vector<OwnStep>& rows);

} // namespace forkproof::proofs
