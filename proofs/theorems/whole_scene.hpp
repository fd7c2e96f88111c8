// The start state of a run through all steps at once, with nothing in it that depends on how the run came to
// where it is: objects stand where their makers put them and unknowns are numbered within a step. So a way
// that others have met and the same way alone make the same objects and ask the same unknowns, and can be
// compared.
#pragma once
#include "proofs/world/live_world.hpp"

namespace forkproof::proofs {

/// By who asks for what: a number, the same for all scenes of a theorem.
class Sites {
  public:
    [[nodiscard]] std::uint32_t index(const std::string& site) {
        return known_.emplace(site, static_cast<std::uint32_t>(known_.size())).first->second;
    }

  private:
    std::map<std::string, std::uint32_t> known_;
};

class WholeScene : public LiveScene {
  public:
    WholeScene(MachineProof& proof, const std::string& title, Sites& sites, const ForkShape& wanted);

    /// Ways become one where a step has been taken or given back; ways that fail in different steps stay
    /// apart.
    void merge();

    StepTable table;

  private:
    struct Site {
        std::string name;
        std::uint32_t address;
    };
    void mark_steps();
    [[nodiscard]] std::string by_caller(const State& s, const std::string& what) const;
    /// Where this caller's next object of the kind comes to stand.
    [[nodiscard]] Site site(const State& s, const std::string& what, std::uint32_t base);
    [[nodiscard]] bool fails(State& s, const std::string& what) const;
    void kmem_alloc(State& s);
    void alloc_frame(State& s);

    Sites& sites_;
};

/// whole/merged-as-single (whole_compare.cpp).
[[nodiscard]] Theorem merged_as_single();

} // namespace forkproof::proofs
