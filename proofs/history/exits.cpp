#include "proofs/history/exits.hpp"
#include "proofs/rules/rule_table.hpp"
#include <fmt/format.h>
#include <stdexcept>

namespace forkproof::proofs {
namespace {

z3::expr any_holds(RuleSet set, const CallTerms& call) {
    static const RuleTable table = shipped_rule_table();
    z3::expr any = call.z3().bool_val(false);
    for (const RuleRow& row : table.rows)
        if (set.has(row.id)) any = any || row.refuses(call);
    return any;
}

z3::expr fails_at(const Ladder::Step& step, const LadderCallTerms& call, const z3::expr& chosen) {
    return any_holds(step.rules, call.call) || (call.holds(step.fails) && chosen);
}

/// One resource on its way through the ladder.
class Course {
  public:
    explicit Course(z3::context& z3)
        : z3_(z3), copied_(z3.bool_val(false)),
          own_(z3.bool_val(false)), left_{z3.bv_val(0, 8), z3.bv_val(0, 8), z3.bool_val(false)} {}

    void copy(const z3::expr& when) { copied_ = copied_ || when; }
    void clear() { copied_ = own_ = z3_.bool_val(false); }
    void take(const z3::expr& when, int count) {
        left_.held = z3::ite(when, left_.held + count, left_.held);
        own_ = own_ || when;
        copied_ = copied_ && !when;
    }
    /// Says whether something was given back.
    z3::expr release(const z3::expr& when, LadderGuard guard, int count) {
        z3::expr done = when;
        if (guard == LadderGuard::pointer) done = done && (own_ || copied_);
        if (guard == LadderGuard::taken) done = done && left_.held != 0;
        const z3::expr own = done && z3::uge(left_.held, count);
        const z3::expr parents = done && !own && copied_;
        left_.wild = left_.wild || (done && !own && !parents);
        left_.held = z3::ite(own, left_.held - count, left_.held);
        left_.dropped = z3::ite(parents, left_.dropped + count, left_.dropped);
        own_ = own_ && left_.held != 0;
        return done;
    }
    [[nodiscard]] const LeftTerms& left() const { return left_; }

  private:
    z3::context& z3_;
    z3::expr copied_, own_; // whose the child's pointer is: the parent's, its own; neither: it is null
    LeftTerms left_;
};

/// What the steps up to this one take, it being the one that fails.
void take_until(std::size_t failing, const Ladder& ladder, const LadderCallTerms& call,
                std::vector<Course>& courses) {
    for (std::size_t i = 0; i <= failing; i++) {
        const Ladder::Step& step = ladder.steps[i];
        for (const Ladder::Clear& clear : ladder.clears)
            if (clear.step == step.name) courses[ladder.resource(clear.resource)].clear();
        if (i == failing && !step.keeps) break;
        const z3::expr here = i == failing ? call.keeps[i] : call.brings.ctx().bool_val(true);
        if (step.name == ladder.copying_step)
            for (std::size_t r = 0; r < courses.size(); r++)
                courses[r].copy(here && call.holds(ladder.resources[r].copied));
        for (const Ladder::Take& take : ladder.takes) {
            if (take.step != step.name) continue;
            z3::expr taken = here && call.holds(take.when);
            if (take.luck) taken = taken && !call.unlucky[i];
            courses[ladder.resource(take.resource)].take(taken, take.count);
        }
    }
}

} // namespace

LadderCallTerms LadderCallTerms::fresh(z3::context& z3, const Ladder& ladder) {
    LadderCallTerms terms{
        CallTerms::fresh(z3, "").judged_by(profile_linux_2_6_33), z3.bv_const("brings", 32), {}, {}, {}};
    for (const Ladder::Step& step : ladder.steps) {
        terms.fails.push_back(z3.bool_const(("fails " + step.name).c_str()));
        terms.keeps.push_back(z3.bool_const(("keeps " + step.name).c_str()));
        terms.unlucky.push_back(z3.bool_const(("unlucky " + step.name).c_str()));
    }
    return terms;
}

z3::expr LadderCallTerms::reaches_the_ladder(const Ladder& ladder) const {
    return call.hook_answer_is_valid() && !any_holds(ladder.decided_before, call);
}

z3::expr LadderCallTerms::holds(const LadderWhen& when) const {
    z3::context& z3 = brings.ctx();
    z3::expr all = z3.bool_val(true);
    if (when.any_flag) all = all && call.has_any(when.any_flag);
    if (when.no_flag) all = all && !call.has_any(when.no_flag);
    if (when.has) all = all && (brings & z3.bv_val(when.has, 32)) == z3.bv_val(when.has, 32);
    if (when.lacks) all = all && (brings & z3.bv_val(when.lacks, 32)) == 0;
    return all;
}

z3::expr LadderCallTerms::holds(const LadderEither& either) const {
    z3::expr any = brings.ctx().bool_val(false);
    for (int i = 0; i < either.count; i++) any = any || holds(either.when[i]);
    return any;
}

namespace {
z3::expr passes_until(const Ladder& ladder, const LadderCallTerms& call, std::size_t end) {
    z3::expr all = call.reaches_the_ladder(ladder);
    for (std::size_t i = 0; i < end; i++)
        if (!ladder.steps[i].label.empty()) all = all && !fails_at(ladder.steps[i], call, call.fails[i]);
    return all;
}
} // namespace

z3::expr made_of(const Ladder& ladder, const LadderCallTerms& call) {
    return passes_until(ladder, call, ladder.steps.size());
}

ExitTerms exit_at(const Ladder& ladder, const LadderCallTerms& call, std::size_t step) {
    z3::context& z3 = call.brings.ctx();
    ExitTerms exit{step,
                   passes_until(ladder, call, step) && fails_at(ladder.steps[step], call, call.fails[step]),
                   {},
                   {}};
    std::vector<Course> courses(ladder.resources.size(), Course(z3));
    take_until(step, ladder, call, courses);
    for (std::size_t i = 0; i < ladder.releases.size(); i++) {
        const Ladder::Release& row = ladder.releases[i];
        const bool passed = i >= ladder.landing(ladder.steps[step].label);
        exit.released.push_back(passed && !row.call.empty() ? courses[ladder.resource(row.resource)].release(
                                                                  call.holds(row.when), row.guard, row.count)
                                                            : z3.bool_val(false));
    }
    for (const Course& course : courses) exit.left.push_back(course.left());
    return exit;
}

} // namespace forkproof::proofs
