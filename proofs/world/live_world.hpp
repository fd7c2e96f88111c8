// The start state of a whole story: a caller among the tasks of a system that runs. Besides what the caller
// holds (ForkScene) there are its numbers and family, the run queue, the stack area, the tables of the
// processor, and init, so that fork, switch, exit and wait can follow each other in their real code.
#pragma once
#include "proofs/world/fork_scene.hpp"
#include "proofs/world/process_numbers.hpp"

namespace forkproof::proofs {

class LiveScene : public ForkScene {
  public:
    /// A caller of do_fork; or, with step "publish", a child that is finished but not published.
    LiveScene(MachineProof& proof, const std::string& title, const std::string& step, ForkShape shape);

    Place init, init_task, rq, counts, serial;
    Place pid, pgrp, session;         ///< of the caller
    Place stack_of_child, stack_ptes; ///< the slot that is free, or the child's
    NumberSpaces numbers;

    /// The kernel's global variables that fork and exit use and the scene has no more to say of.
    static void add_globals(ForkScene& fork);

    /// What the caller is to itself: neither exiting, nor asleep, nor in the midst of an exec.
    void caller_runs();
    /// The checker looks on; the verdict has accepted.
    void use_story_contracts();
    /// Where the next call of switch_context goes on is for the caller of the scene to say.
    void stop_at_switches();

  private:
    void build_family();
    void build_processor();
    void build_queue();
    void build_stack_area();
    void empty_list(const Place& of, const char* field) { world.empty_list(world.field(of, field)); }
};

/// Goes on with the path, or with each part of it where `then` comes to what is not decided on it: paths that
/// have been merged are divided again only as far as somebody looks.
void for_each_part(Scene& scene, const Path& path, const std::function<void(const Path&)>& then);

/// Charges whoever runs for some time: what update_curr does (scheduling/charge), told as anything.
void use_charge_contract_for_all(ForkScene& fork);

} // namespace forkproof::proofs
