#include "proofs/world/differences.hpp"
#include "proofs/world/world.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// Functions whose eax means nothing when they return.
bool returns_nothing(const std::string& function) {
    for (const char* beginning :
         {"release_", "put_", "free_", "kmem_free", "publish", "sched_fork", "wake_up_new_task", "detach_",
          "exit_", "enqueue", "update_curr", "schedule"})
        if (function.starts_with(beginning)) return true;
    return false;
}

/// Of the caller's stack, or of the one in use at the end: what was left there is told by what is done with
/// it.
bool is_stack(const World* world, const State& end, std::uint32_t address) {
    const auto* region = world ? world->region_at(address) : nullptr;
    if (!region) return false;
    const Word& esp = end.get(Reg::esp);
    return region->second.name == "stack" ||
           (esp.known() && region == world->region_at(static_cast<std::uint32_t>(esp.value())));
}

/// Whether what stands there is alive on this path; what is no object always is.
Truth alive_at(const State& s, std::uint32_t address) {
    const auto* block = s.memory.block_at(address);
    return block ? block->second.alive : Truth(true);
}

/// The bits of the word that belong to a field: what only fills a struct says nothing, and nobody reads it.
std::uint32_t bits_of_fields(const World* world, const State& s, std::uint32_t address) {
    const auto* block = s.memory.block_at(address);
    if (!world || !block || block->second.type.empty()) return ~0U;
    std::uint32_t bits = 0;
    for (const Leaf& leaf : world->layouts().leaves(block->second.type))
        for (std::uint32_t i = 0; i < 4; i++) {
            const std::uint32_t offset = address - block->first + i;
            if (leaf.offset <= offset && offset < leaf.offset + leaf.size) bits |= 0xffU << 8 * i;
        }
    return bits;
}

class Pair {
  public:
    Pair(const std::string& function, const Path& a, const Path& b)
        : function_(function), a_(a.state), b_(b.state) {
        if (a.ending != b.ending || a.why != b.why)
            differ("how it ends: a violation, " + a.why + b.why, true);
        if (a.ending == Ending::violation) return;
        results();
        memory();
        lives();
    }
    std::vector<Difference> found;

  private:
    void differ(const std::string& words, const Truth& when) {
        if (!when.known() || when.value()) found.push_back({words, when});
    }
    void results() {
        if (a_.ring3.has_value() != b_.ring3.has_value()) return differ("whether it is back in ring 3", true);
        if (!a_.ring3) {
            const bool returned = a_.ip == RETURN_TO_NOBODY;
            if (returned && !returns_nothing(function_))
                differ("the result", !eq(a_.get(Reg::eax), b_.get(Reg::eax)));
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
        const auto* world = dynamic_cast<const World*>(&a_.memory.backing()); // unit tests have none
        std::set<std::uint32_t> written;
        for (const State* s : {&a_, &b_})
            for (const auto& [address, w] : s->memory.written()) written.insert(address);
        for (const std::uint32_t address : written) {
            if (is_stack(world, a_, address)) continue;
            const Word before = a_.memory.peek(address, 4), after = b_.memory.peek(address, 4);
            if (before.same(after)) continue;
            const Word fields = word32(bits_of_fields(world, b_, address));
            const Truth other = !eq(before & fields, after & fields);
            differ(name_of(world, address), other && (alive_at(a_, address) || alive_at(b_, address)));
        }
    }
    [[nodiscard]] std::string name_of(const World* world, std::uint32_t address) const {
        for (const State* s : {&a_, &b_})
            if (const auto* block = s->memory.block_at(address))
                return fmt::format("{} + {:#x}", block->second.name, address - block->first);
        return world ? world->name_of(address) : fmt::format("{:#x}", address);
    }
    void lives() {
        auto alive = [](const State& s, std::uint32_t address, bool fresh) {
            const auto found_block = s.memory.blocks.find(address);
            return found_block == s.memory.blocks.end() ? Truth(!fresh) : found_block->second.alive;
        };
        for (const State* s : {&a_, &b_})
            for (const auto& [address, block] : s->memory.blocks)
                differ("whether " + block.name + " is alive",
                       alive(a_, address, block.fresh) ^ alive(b_, address, block.fresh));
    }

    std::string function_;
    const State &a_, &b_;
};

/// Asks of all differences at once; "no" says nothing. Z3's plain tactic finds such large questions easy, its
/// incremental solver gives up on them.
bool none_at_all(Solver& solver, const std::vector<z3::expr>& conditions,
                 const std::vector<Difference>& all) {
    z3::context& z3 = conditions.front().ctx();
    z3::params effort(z3);
    effort.set("rlimit", solver.effort);
    z3::solver at_once = z3::tactic(z3, "qfbv").mk_solver();
    at_once.set(effort);
    for (const z3::expr& c : conditions) at_once.add(c);
    Truth any = false;
    for (const Difference& d : all) any = any || d.when;
    at_once.add(any.expr(z3));
    solver.queries++;
    return at_once.check() == z3::unsat;
}

} // namespace

std::vector<Difference> differences(const std::string& function, const Path& a, const Path& b) {
    return Pair(function, a, b).found;
}

std::optional<std::string> first_difference(Solver& solver, const std::vector<z3::expr>& conditions,
                                            const std::vector<Difference>& all) {
    if (all.empty() || (!conditions.empty() && none_at_all(solver, conditions, all))) return {};
    for (const Difference& d : all) {
        if (conditions.empty() && d.when.known()) return d.words;
        if (solver.satisfiable(conditions,
                               d.when.known() ? conditions.front().ctx().bool_val(true) : d.when.term()))
            return d.words;
    }
    return {};
}

} // namespace forkproof::proofs
