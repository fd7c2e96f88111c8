// The refinement compares two relations: a sharing row or a word of publish that is read otherwise than the
// model does is refuted, and a field that is tied to nothing is an error.
#include "proofs/induction/first_state.hpp"
#include "proofs/induction/refinement.hpp"
#include <gtest/gtest.h>

namespace forkproof::proofs::induction {
namespace {

std::vector<std::string> names_of(const std::vector<Theorem>& theorems) {
    std::vector<std::string> names;
    for (const Theorem& theorem : theorems) names.push_back(theorem.name);
    return names;
}

TEST(Refinement, EveryFieldIsTied) {
    EXPECT_TRUE(faults_in(ties(), model_fields(), names_of(machine_theorems())).empty());
}

TEST(Refinement, AFieldWithoutARowIsAnError) {
    std::vector<Tie> rows = ties();
    rows.erase(rows.begin());
    const auto faults = faults_in(rows, model_fields(), names_of(machine_theorems()));
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0], "the model's field signal has no row");
}

TEST(Refinement, ARowWhoseTheoremDoesNotExistIsAnError) {
    std::vector<Tie> rows = ties();
    rows.front().theorems = "sharing/signal steps/nothing";
    rows.push_back({"colour", "", ""});
    const auto faults = faults_in(rows, model_fields(), names_of(machine_theorems()));
    ASSERT_EQ(faults.size(), 3U);
    EXPECT_EQ(faults[0], "signal: there is no theorem steps/nothing");
    EXPECT_EQ(faults[1], "the model has no field colour");
}

/// A model of clone that goes wrong in one field.
template <Field State::*field>
Transition wrong_clone(const State& before, const Law& law, const std::string& suffix) {
    Transition t = clone(before, law, suffix);
    const z3::expr childs = (t.after.*field)(t.other), callers = (before.*field)(t.who);
    (t.after.*field).set(t.other, z3::ite(t.call->has_any(CLONE_NEWUTS), callers, childs));
    return t;
}

template <Field State::*field, class Body>
void expect_refuted(Body body) {
    const RuleTable table = shipped_rule_table();
    const TransitionRow row{"clone", "clone", wrong_clone<field>};
    Scene scene(row, Law{&table, profile_default});
    try {
        body(scene);
        FAIL() << "a wrong model refines the machine";
    } catch (const NotProved& failure) {
        EXPECT_EQ(failure.outcome, Outcome::refuted) << failure.lines.at(0);
    }
}

TEST(Refinement, AModelThatSharesOtherwiseIsRefuted) {
    expect_refuted<&State::fs>([](Scene& s) { (void)refines_row(s, "fs"); });
    expect_refuted<&State::mm>([](Scene& s) { (void)refines_row(s, "mm"); });
    expect_refuted<&State::nsproxy>([](Scene& s) { (void)refines_row(s, "nsproxy"); });
}

TEST(Refinement, AModelThatPublishesOtherwiseIsRefuted) {
    expect_refuted<&State::parent>([](Scene& s) { (void)refines_publish(s, "parent"); });
    expect_refuted<&State::exit_signal>([](Scene& s) { (void)refines_publish(s, "exit_signal"); });
}

} // namespace
} // namespace forkproof::proofs::induction
