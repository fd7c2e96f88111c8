// What the prover must never do: call proved what is unknown or vacuous, misread a call, or count wrongly.
#include "proofs/report.hpp"
#include "proofs/rules/count_models.hpp"
#include "proofs/rules/theorem.hpp"
#include "tests/unit/contexts.hpp"
#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

using namespace proofs;

TheoremReport run(const std::function<void(RuleProof&)>& body, const RuleProofOptions& options = {}) {
    static const RuleTable table = shipped_rule_table();
    return run_rule_theorem({"test/theorem", "a sentence", body}, table, options);
}

TEST(Outcome, ASolverThatGivesUpIsUnknownAndNotProved) {
    const auto factor =
        [](RuleProof& proof) { // 2^61-1 times 3: there are none, but that is not found in a thousand steps
            const z3::expr a = proof.z3().bv_const("a", 64), b = proof.z3().bv_const("b", 64);
            proof.exists("factors", a * b == proof.z3().bv_val("6917529027641081853", 64) && z3::ugt(a, 3) &&
                                        z3::ugt(b, 3) && a.extract(63, 40) == 0 && b.extract(63, 40) == 0);
        };
    const TheoremReport report = run(factor, {.rlimit = 1000});
    EXPECT_EQ(report.outcome, Outcome::unknown);
    EXPECT_FALSE(all_proved({report}));
    EXPECT_EQ(last_line({report}, 0), "proved: 0 of 1 theorems in 0.0 s");
}

TEST(Outcome, UnsatisfiableAssumptionsAreVacuous) {
    const TheoremReport report = run([](RuleProof& proof) {
        const CallTerms call = proof.call();
        proof.assume("THREAD", call.has_any(CLONE_THREAD));
        proof.assume("not THREAD", !call.has_any(CLONE_THREAD));
        proof.prove("anything", proof.z3().bool_val(true), proof.z3().bool_val(false));
    });
    EXPECT_EQ(report.outcome, Outcome::vacuous);
}

TEST(Outcome, AnUnsatisfiablePreconditionIsVacuous) {
    const TheoremReport report = run([](RuleProof& proof) {
        const CallTerms call = proof.call();
        proof.prove("anything", call.flags == 1 && call.flags == 2, proof.z3().bool_val(false));
    });
    EXPECT_EQ(report.outcome, Outcome::vacuous);
    EXPECT_FALSE(all_proved({report}));
}

TEST(Outcome, ATheoremThatAsksNothingIsVacuous) {
    EXPECT_EQ(run([](RuleProof&) {}).outcome, Outcome::vacuous);
    EXPECT_EQ(run([](RuleProof& proof) { proof.check("true", true); }).outcome, Outcome::vacuous);
}

TEST(Outcome, AnErrorOfZ3IsUnknown) {
    const TheoremReport report = run([](RuleProof& proof) {
        proof.exists("sorts that do not match", proof.z3().bv_const("a", 8) == proof.z3().bv_const("b", 9));
    });
    EXPECT_EQ(report.outcome, Outcome::unknown);
    ASSERT_EQ(report.why.size(), 1U);
    EXPECT_TRUE(report.why[0].starts_with("Z3: ")) << report.why[0];
}

TEST(Outcome, NothingIsNotAllProved) { EXPECT_FALSE(all_proved({})); }

TEST(Outcome, ParityOfWhatIsAskedDoesNotDependOnEarlierTheorems) {
    const RuleTable table = shipped_rule_table();
    for (const RuleTheorem& theorem : context_theorems())
        EXPECT_EQ(run_rule_theorem(theorem, table).queries, run_rule_theorem(theorem, table).queries)
            << theorem.name;
}

TEST(TermVerdict, AgreesWithTheTableReadAsAFunction) {
    const RuleTable table = shipped_rule_table();
    z3::context z3;
    const CallTerms call = CallTerms::fresh(z3, "");
    const TermVerdict verdict = verdict_of(table, call);
    const std::vector<NamedContext> contexts = all_contexts();
    std::uint32_t random = 0x2633; // xorshift32, the same in every run
    auto next = [&] {
        random ^= random << 13;
        random ^= random >> 17;
        return random ^= random << 5;
    };
    for (int i = 0; i < 3000; i++) {
        const VerdictContext& context = contexts[next() % contexts.size()].context;
        const std::uint32_t flags = next();
        const RuleSet in_force(next() | next());
        z3::expr_vector from(z3), to(z3);
        auto set = [&](const z3::expr& term, const z3::expr& value) {
            from.push_back(term), to.push_back(value);
        };
        set(call.flags, z3.bv_val(flags, 32));
        set(call.in_force, z3.bv_val(in_force.bits(), 32));
        set(call.security_errno, z3.bv_val(context.security_errno, 32));
        for (const ContextField& field : context_fields)
            set(call.*field.term, z3.bool_val(context.*field.plain));
        z3::expr refused_by = verdict.refused_by, error = verdict.error;
        const RuleId expected = first_refusal(PlainView{flags, context}, in_force);
        ASSERT_EQ(refused_by.substitute(from, to).simplify().get_numeral_uint(),
                  static_cast<unsigned>(expected));
        const Errno expected_error = expected == RuleId::none ? Errno::OK
                                     : expected == RuleId::security
                                         ? static_cast<Errno>(context.security_errno)
                                         : rule_texts[expected].errno_value;
        ASSERT_EQ(error.substitute(from, to).simplify().get_numeral_int(), static_cast<int>(expected_error));
    }
}

TEST(CountModels, CountsExactly) {
    z3::context z3;
    const z3::expr flags = z3.bv_const("flags", 32);
    auto bit = [&](unsigned i) { return flags.extract(i, i) == 1; };
    EXPECT_EQ(count_models(flags, 0xff, z3.bool_val(true)).models, 256U);
    EXPECT_EQ(count_models(flags, 0xff, z3.bool_val(false)).models, 0U);
    EXPECT_EQ(count_models(flags, 0xff, bit(0)).models, 128U);
    EXPECT_EQ(count_models(flags, 0xff, bit(0) || bit(1)).models, 192U);
    EXPECT_EQ(count_models(flags, 0xff, (bit(0) ^ bit(3)) && bit(7)).models, 64U);
    EXPECT_EQ(count_models(flags, 0xff, z3::ult(flags, 100)).models, 100U);
    EXPECT_EQ(count_models(flags, 0xf0, bit(0)).models, 0U) << "bits outside the mask are 0";
    EXPECT_EQ(count_models(flags, 0x80000000, flags == z3.bv_val(0x80000000U, 32)).models, 1U);
}

TEST(CountModels, DoesNotGuessWhatTheFlagsDoNotDecide) {
    z3::context z3;
    const z3::expr flags = z3.bv_const("flags", 32);
    EXPECT_FALSE(count_models(flags, 0xf, z3.bool_const("another")).models);
}

TEST(Words, FlagsAreSaidByName) {
    EXPECT_EQ(flag_words(0), "no flags");
    EXPECT_EQ(flag_words(CLONE_THREAD | CLONE_VM | 17), "VM THREAD exit signal 17");
    EXPECT_EQ(flag_words(CLONE_IO | 0x1000), "IO bit 12");
}

TEST(Words, RuleSetsAreSaidShortly) {
    const RuleTable table = shipped_rule_table();
    EXPECT_EQ(rule_set_words(profile_default, table), "default");
    EXPECT_EQ(rule_set_words(profile_linux_2_6_33, table), "linux-2.6.33");
    EXPECT_EQ(rule_set_words(profile_default.without(RuleId::newns_fs), table), "default without newns-fs");
    EXPECT_EQ(rule_set_words(RuleSet().with(RuleId::nproc), table), "only nproc");
    EXPECT_EQ(rule_set_words(RuleSet(), table), "none");
}

} // namespace
} // namespace forkproof::tests
