#include "proofs/world/compare.hpp"
#include <array>
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

std::vector<RunRecord> runs_of(const MachineBody& body, const Setting& setting, const std::shared_ptr<z3::context>& z3) {
    std::vector<RunRecord> runs;
    MachineProof proof(setting, z3, runs);
    body(proof);
    return runs;
}

/// Functions whose eax means nothing when they return.
bool returns_nothing(const std::string& function) {
    for (const char* beginning : {"release_", "put_", "free_", "kmem_free", "publish", "sched_fork", "wake_up_new_task",
                                  "detach_", "exit_", "enqueue", "update_curr"})
        if (function.starts_with(beginning)) return true;
    return false;
}

/// Of the caller's stack, or of the one that is in use at the end: what was left there is told by what is done with it.
bool is_stack(const World& world, const State& end, std::uint32_t address) {
    const auto* region = world.region_at(address);
    if (region && region->second.name == "stack") return true;
    const auto *block = end.memory.block_at(address),
               *used = end.memory.block_at(static_cast<std::uint32_t>(end.get(Reg::esp).value()));
    return block && block == used;
}

class Pair {
  public:
    Pair(const std::string& what, const Path& a, const Path& b) : what_(what), a_(a.state), b_(b.state) {
        if (a.ending != b.ending || a.why != b.why) differ("one ends in a violation: " + a.why + b.why, true);
        if (a.ending == Ending::violation) return;
        results();
        memory();
        lives();
    }
    /// Where they differ, each with the condition under which they do.
    struct Difference {
        std::string words;
        Truth when;
    };
    std::vector<Difference> differences;

  private:
    void differ(const std::string& words, const Truth& when) {
        if (!when.known() || when.value()) differences.push_back({words, when});
    }
    void results() {
        if (a_.ring3.has_value() != b_.ring3.has_value()) return differ("one is back in ring 3, one is not", true);
        if (!a_.ring3) {
            if (!returns_nothing(what_)) differ("the result", !eq(a_.get(Reg::eax), b_.get(Reg::eax)));
            return;
        }
        differ("eip", !eq(a_.ring3->ip, b_.ring3->ip));
        differ("eflags", !eq(a_.ring3->eflags, b_.ring3->eflags));
        for (int r = 0; r < 8; r++)
            differ("a register of ring 3", !eq(a_.get(static_cast<Reg>(r)), b_.get(static_cast<Reg>(r))));
        for (int s = 0; s < 6; s++)
            differ("a segment of ring 3", !eq(a_.get(static_cast<Seg>(s)), b_.get(static_cast<Seg>(s))));
    }
    void memory() {
        const auto& world = dynamic_cast<const World&>(a_.memory.backing());
        std::set<std::uint32_t> written;
        for (const State* s : {&a_, &b_})
            for (const auto& [address, w] : s->memory.written()) written.insert(address);
        for (const std::uint32_t address : written) {
            if (is_stack(world, a_, address)) continue;
            const auto *x = a_.memory.block_at(address), *y = b_.memory.block_at(address);
            const bool dead = x && y && x->second.alive.known() && !x->second.alive.value() &&
                              y->second.alive.known() && !y->second.alive.value();
            if (!dead) differ(world.name_of(address), !eq(a_.memory.peek(address, 4), b_.memory.peek(address, 4)));
        }
    }
    void lives() {
        auto alive = [](const State& s, std::uint32_t address, bool fresh) {
            const auto found = s.memory.blocks.find(address);
            return found == s.memory.blocks.end() ? Truth(!fresh) : found->second.alive;
        };
        for (const State* s : {&a_, &b_})
            for (const auto& [address, block] : s->memory.blocks)
                differ("whether " + block.name + " is alive", alive(a_, address, block.fresh) ^ alive(b_, address, block.fresh));
    }

    std::string what_;
    const State &a_, &b_;
};

Comparison compare_runs(Solver& solver, const RunRecord& original, const RunRecord& other) {
    if (original.what != other.what) return {false, "another function is run"};
    for (const Path& a : original.paths)
        for (const Path& b : other.paths) {
            std::vector<z3::expr> both = a.state.conditions();
            for (const z3::expr& c : b.state.conditions()) both.push_back(c);
            if (!solver.satisfiable(both)) continue;
            for (const Pair::Difference& d : Pair(original.what, a, b).differences)
                if (d.when.known() || solver.satisfiable(both, d.when.term()))
                    return {false, fmt::format("{} differs after {}", d.words, original.what)};
        }
    return {true, ""};
}

} // namespace

Comparison compare_images(const MachineBody& body, const Setting& original, const Setting& other) {
    const auto z3 = std::make_shared<z3::context>();
    try {
        const std::vector<RunRecord> a = runs_of(body, original, z3), b = runs_of(body, other, z3);
        if (a.size() != b.size()) return {false, "it does not even run as often"};
        Solver solver(*z3, other.effort);
        for (std::size_t i = 0; i < a.size(); i++)
            if (Comparison c = compare_runs(solver, a[i], b[i]); !c.same) return c;
        return {true, ""};
    } catch (const CannotTell& limit) {
        return {false, limit.what()};
    } catch (const NotProved& failed) {
        return {false, failed.lines.empty() ? "a start state that is impossible" : failed.lines.front()};
    } catch (const Refuted& refuted) {
        return {false, refuted.words};
    } catch (const BadImage& bad) {
        return {false, bad.what()};
    }
}

} // namespace forkproof::proofs
