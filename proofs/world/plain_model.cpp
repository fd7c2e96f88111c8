#include "proofs/world/plain_model.hpp"
#include "proofs/rules/rule_table.hpp"
#include "proofs/world/in_bochs.hpp"
#include <iterator>

namespace forkproof::proofs {

namespace {

using Wishes = std::vector<z3::expr>;
using Wish = Wishes::const_iterator;

constexpr std::uint32_t SIGCHLD = 17;
/// Few flags, and such as no rule refuses; rather those with high numbers go than those with low ones.
void few_flags(const Word& flags, Wishes& wishes) {
    const z3::expr& term = flags.term();
    z3::context& z3 = term.ctx();
    auto bits = [&](std::uint32_t mask) { return term & z3.bv_val(mask, 32); };
    wishes.push_back(bits(CSIGNAL) == z3.bv_val(SIGCHLD, 32));
    wishes.push_back(accepted_in_boot(term));
    for (unsigned bit = 31; bit >= 8; bit--) wishes.push_back(bits(1U << bit) == 0);
}

Word usual(const Scene::Shown& shown) {
    std::uint64_t value = 0;
    if (shown.name == "rules") value = profile_default.bits();
    if (shown.name == "refused by") value = static_cast<unsigned>(RuleId::none);
    for (const ContextField& field : context_fields)
        if (shown.name == field.name) value = root_in_boot.*field.plain ? 1 : 0;
    return {shown.word.width(), value};
}

Wishes wishes_for(const World& world, const std::vector<Scene::Shown>& shown,
                  const std::vector<Truth>& also) {
    Wishes wishes;
    auto wish = [&](const Truth& truth) {
        if (!truth.known()) wishes.push_back(truth.term());
    };
    wish(eq(world.any("rules in force"), word32(profile_default.bits())));
    for (const Scene::Shown& s : shown)
        if (!s.flags) wish(eq(s.word, usual(s)));
    for (const Scene::Shown& s : shown)
        if (s.flags && !s.word.known()) few_flags(s.word, wishes);
    for (const Truth& truth : also) wish(truth);
    return wishes;
}

/// What Z3 may spend on a question (its own measure, so that answers do not depend on the machine): a wish is
/// not worth more. What is broken itself may have taken much more.
constexpr unsigned RLIMIT_OF_A_WISH = 1'000'000;

class Granting {
  public:
    Granting(const Wishes& conditions, const z3::expr& broken) : solver_(broken.ctx(), "QF_BV") {
        z3::params limit(broken.ctx());
        limit.set("rlimit", RLIMIT_OF_A_WISH);
        solver_.set(limit);
        for (const z3::expr& condition : conditions) solver_.add(condition);
        solver_.add(broken);
    }

    /// Grants as many as go together, the first ones rather than the last: all, or those of each half.
    void grant(Wish first, Wish last) {
        if (first == last) return;
        if (possible(first, last)) {
            for (Wish wish = first; wish != last; ++wish) solver_.add(*wish);
            granted.insert(granted.end(), first, last);
        } else if (const auto half = std::distance(first, last) / 2; half != 0) {
            grant(first, first + half);
            grant(first + half, last);
        }
    }
    [[nodiscard]] bool easy() { return solver_.check() == z3::sat; }

    Wishes granted;

  private:
    bool possible(Wish first, Wish last) {
        solver_.push();
        for (Wish wish = first; wish != last; ++wish) solver_.add(*wish);
        const bool possible = easy();
        solver_.pop();
        return possible;
    }

    z3::solver solver_;
};

/// The model, if there is one that is found.
std::optional<z3::model> model_of(Solver& solver, const Wishes& conditions, const z3::expr& broken) try {
    if (!solver.satisfiable(conditions, broken)) return {};
    return solver.model();
} catch (const CannotTell&) {
    return {};
}

} // namespace

z3::expr accepted_in_boot(const z3::expr& flags) {
    z3::context& z3 = flags.ctx();
    CallTerms call = CallTerms::fresh(z3, "").with_flags(flags).judged_by(profile_default);
    for (const ContextField& field : context_fields)
        call.*field.term = z3.bool_val(root_in_boot.*field.plain);
    call.security_errno = z3.bv_val(0, 32);
    return verdict_of(shipped_rule_table(), call).accepted();
}

z3::model plain_model(Solver& solver, const World& world, const std::vector<z3::expr>& conditions,
                      const z3::expr& broken, const std::vector<Scene::Shown>& shown,
                      const std::vector<Truth>& also) {
    const Wishes wishes = wishes_for(world, shown, also);
    Granting granting(conditions, broken);
    if (granting.easy()) granting.grant(wishes.begin(), wishes.end());
    Wishes all = conditions;
    all.insert(all.end(), granting.granted.begin(), granting.granted.end());
    if (auto plain = model_of(solver, all, broken)) return *plain;
    if (auto any = model_of(solver, conditions, broken)) return *any;
    throw CannotTell("a path that nothing satisfies");
}

} // namespace forkproof::proofs
