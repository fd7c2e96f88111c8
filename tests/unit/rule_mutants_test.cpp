// A rule table with one condition weakened or strengthened is noticed: by the counts of what is accepted and
// how the rest fails (which an independent transcription of the listing knows), or by the induction.
#include "proofs/induction/theorems.hpp"
#include "tests/unit/listing_oracle.hpp"
#include "tests/unit/rule_mutants.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>

namespace forkproof::tests {
namespace {

using namespace proofs;
using Counts = std::map<int, unsigned>; // by what clone() answers

/// How many words over the twelve flags get which answer in this context: the default profile is the listing
/// with newuser-fs, which is decided right after newns-fs.
Counts known(const VerdictContext& context) {
    VerdictContext capabilities;
    for (bool VerdictContext::*c :
         {&VerdictContext::cap_sys_admin, &VerdictContext::cap_setuid, &VerdictContext::cap_setgid})
        capabilities.*c = context.*c;
    Counts counts;
    for (std::uint32_t n = 0; n < TWELVE_WORDS; n++) {
        const std::uint32_t flags = twelve_word(n), thread = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM;
        int answer = ListingCaller(flags, context).clone();
        if ((flags & CLONE_NEWUSER) && (flags & CLONE_FS)) {
            const std::uint32_t first = CLONE_NEWUSER | (flags & CLONE_THREAD ? thread : 0);
            const int before = ListingCaller(first, capabilities).clone();
            answer = before != 0 ? before : -22;
        }
        counts[answer]++;
    }
    return counts;
}

/// What the rows answer in all contexts, and what a mutant of one row answers.
class Tally {
  public:
    Tally() {
        for (std::uint32_t n = 0; n < TWELVE_WORDS; n++) words_.push_back(twelve_word(n));
        for (const NamedContext& c : all_contexts()) {
            contexts_.push_back(c);
            for (std::uint32_t n = 0; n < TWELVE_WORDS; n++) {
                std::uint32_t rows = 0;
                for (int id = 0; id < RULE_COUNT; id++)
                    if (condition_holds(static_cast<RuleId>(id), words_[n], c.context)) rows |= 1U << id;
                rows_.push_back(rows & profile_default.bits() & refusing());
            }
        }
    }
    struct Judgement {
        bool counts_differ = false, answers_differ = false;
    };
    /// The shipped rows answer as the listing counts, in every context.
    [[nodiscard]] bool shipped_is_known() const {
        for (std::size_t c = 0; c < contexts_.size(); c++) {
            Counts counts;
            for (std::uint32_t n = 0; n < TWELVE_WORDS; n++)
                counts[answer_of(rows_[c * TWELVE_WORDS + n], contexts_[c].context)]++;
            if (counts != known(contexts_[c].context)) return false;
        }
        return true;
    }
    /// The mutant against the shipped rows: only words of which it says something else are counted again.
    [[nodiscard]] Judgement judge(const RuleMutant& mutant) const {
        Judgement judgement;
        const std::uint32_t bit = 1U << static_cast<int>(mutant.rule);
        for (std::size_t c = 0; c < contexts_.size() && !judgement.counts_differ; c++) {
            const VerdictContext& context = contexts_[c].context;
            std::map<int, int> more; // of each answer
            for (std::uint32_t n = 0; n < TWELVE_WORDS; n++) {
                const std::uint32_t rows = rows_[c * TWELVE_WORDS + n];
                if (mutant.holds(words_[n], context) == ((rows & bit) != 0)) continue;
                const int was = answer_of(rows, context), is = answer_of(rows ^ bit, context);
                if (was == is) continue;
                judgement.answers_differ = true;
                more[was]--, more[is]++;
            }
            for (const auto& [answer, change] : more) judgement.counts_differ |= change != 0;
        }
        return judgement;
    }

  private:
    static std::uint32_t refusing() {
        std::uint32_t bits = 0;
        for (int id = 0; id < RULE_COUNT; id++)
            if (rule_texts[static_cast<RuleId>(id)].kind != RuleKind::effect) bits |= 1U << id;
        return bits;
    }
    static int answer_of(std::uint32_t rows, const VerdictContext& context) {
        if (rows == 0) return 0;
        const auto id = static_cast<RuleId>(__builtin_ctz(rows));
        if (id == RuleId::security) return context.security_errno != 0 ? -context.security_errno : 1;
        return -static_cast<int>(rule_texts[id].errno_value);
    }
    std::vector<NamedContext> contexts_;
    std::vector<std::uint32_t> words_, rows_;
};

/// The clone transition with a hole in place of one condition, which a mutant fills.
class Holed {
  public:
    explicit Holed(RuleId rule) : table_(shipped_rule_table()) {
        for (RuleRow& row : table_.rows)
            if (row.id == rule)
                row.condition = [](const TermView& c) { return c.call->z3().bool_const("hole"); };
        const induction::Law law{&table_, profile_default};
        scene_ = std::make_unique<induction::Scene>(induction::transitions[0], law);
        const std::string guards = std::string(" ") + rule_texts[rule].guards + " ";
        // what privilege guards is broken two calls later; clone breaks what it rests on
        auto guarded = [&](const std::string& name) {
            return guards.find(" " + name + " ") != std::string::npos ||
                   (name == "root-trusted" && rule == RuleId::newuser_caps) ||
                   (name == "ns-made" && rule == RuleId::new_caps);
        };
        for (const induction::InvariantRow& row : induction::modelled_invariants())
            if (guarded(row.name))
                goals_.push_back([this, &row] { return induction::keeps(*scene_, row, filled_).outcome; });
        for (const StepProperty* limit : {&NPROC_LIMIT, &THREAD_LIMIT})
            if (guarded(limit->name))
                goals_.push_back(
                    [this, limit] { return induction::keeps_limit(*scene_, *limit, filled_).outcome; });
    }
    /// A guarded invariant is refuted if this stands in the hole.
    [[nodiscard]] bool refutes(const RuleMutant& mutant) {
        filled_ = {hole() == mutant.holds(*scene_->transition().call)};
        for (const auto& goal : goals_)
            if (goal() == Outcome::refuted) return true;
        return false;
    }
    /// Of an effect: the child is the same as with the shipped condition.
    [[nodiscard]] bool changes_nothing(const RuleMutant& mutant) {
        const induction::Transition& t = scene_->transition();
        z3::expr_vector from(hole().ctx()), original(hole().ctx()), mutated(hole().ctx());
        from.push_back(hole());
        original.push_back(condition_holds(mutant.rule, *t.call));
        mutated.push_back(mutant.holds(*t.call));
        z3::expr differs = hole().ctx().bool_val(false);
        for (const induction::Field& field :
             {t.after.exit_signal, t.after.exit_signal_chooser, t.after.rt_prio}) {
            z3::expr with_original = field(t.other), with_mutant = field(t.other);
            differs =
                differs || with_original.substitute(from, original) != with_mutant.substitute(from, mutated);
        }
        return scene_->ask({differs}) == z3::unsat;
    }

  private:
    [[nodiscard]] z3::expr hole() const { return scene_->before().z3->bool_const("hole"); }
    RuleTable table_;
    std::unique_ptr<induction::Scene> scene_;
    std::vector<std::function<Outcome()>> goals_;
    std::vector<z3::expr> filled_;
};

TEST(RuleMutants, TheShippedTableIsWhatTheListingCounts) {
    const Tally tally;
    EXPECT_TRUE(tally.shipped_is_known());
}

TEST(RuleMutants, EveryWeakenedAndEveryStrengthenedConditionIsNoticed) {
    const Tally tally;
    for (int id = 0; id < RULE_COUNT; id++) {
        const auto rule = static_cast<RuleId>(id);
        Holed holed(rule);
        unsigned noticed[2] = {}, by_counts = 0, by_induction = 0, asked = 0, no_mutants = 0;
        for (const RuleMutant& mutant : mutants_of(rule)) {
            const bool effect = rule_texts[rule].kind == RuleKind::effect;
            const Tally::Judgement judgement = effect ? Tally::Judgement() : tally.judge(mutant);
            // An effect refuses nothing, so no count sees it. Of the rules a part is shown to both.
            const bool ask_induction =
                effect ||
                (judgement.answers_differ && mutant.change == Change::also_needs && mutant.atom->flag != 0);
            const bool refuted = ask_induction && holed.refutes(mutant);
            if (!refuted && (effect ? holed.changes_nothing(mutant) : !judgement.answers_differ)) {
                no_mutants++;
                continue;
            }
            asked += ask_induction;
            by_counts += judgement.counts_differ;
            by_induction += refuted;
            EXPECT_TRUE(judgement.counts_differ || refuted) << mutant.name();
            noticed[mutant.accepts_more()]++;
        }
        EXPECT_GT(noticed[0], 0U) << rule_texts[rule].name << " is never weakened";
        EXPECT_GT(noticed[1], 0U) << rule_texts[rule].name << " is never strengthened";
        fmt::print("{:<19} {:3} mutants: counts notice {:3}, the induction {:2} of {:2}; {:2} more change no "
                   "answer\n",
                   rule_texts[rule].name, noticed[0] + noticed[1], by_counts, by_induction, asked,
                   no_mutants);
    }
}

} // namespace
} // namespace forkproof::tests
