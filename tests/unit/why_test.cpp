// Why each rule is there: the search finds the shortest sequences that are known, and none that is shorter;
// what a row says wrongly is noticed; and what is told, drawn, and written for programs and for the player.
#include "proofs/why/json.hpp"
#include "proofs/why/picture.hpp"
#include "proofs/why/script.hpp"
#include "proofs/why/told.hpp"
#include "user/play/script.hpp"
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>

namespace forkproof::tests {
namespace {

using namespace proofs;
using namespace proofs::why;

const RuleTable& shipped() {
    static const RuleTable table = shipped_rule_table();
    return table;
}

std::vector<const Goal*> goals(const std::vector<std::string>& names) {
    std::vector<const Goal*> found;
    for (const Goal& goal : all_goals())
        if (std::find(names.begin(), names.end(), goal.name) != names.end()) found.push_back(&goal);
    return found;
}

Question without(RuleId rule, const std::vector<std::string>& names) {
    return {&shipped(), profile_default, RuleSet().with(rule), goals(names)};
}

std::vector<std::string> calls_of(const Witness& witness) {
    std::vector<std::string> lines;
    for (const PlainStep& step : witness.calls) lines.push_back(step.line());
    return lines;
}

/// The rows, with what one of them says changed.
template <class Change>
RuleWhy explain_changed(const char* rule, Change change, const RuleTable& table = shipped()) {
    std::vector<RuleSaid> said = shipped_rules();
    for (RuleSaid& row : said)
        if (row.name == rule) change(row);
    WhyOptions options;
    options.most_calls = 2;
    options.only = rule;
    return explain(table, profile_default, said, options).at(0);
}

/// As it is shipped; asked once.
const RuleWhy& explain_one(const std::string& rule) {
    static std::map<std::string, RuleWhy> known;
    const auto place = known.find(rule);
    if (place != known.end()) return place->second;
    return known.emplace(rule, explain_changed(rule.c_str(), [](RuleSaid&) {})).first->second;
}

struct Known {
    RuleId rule;
    const char* breaks;
    std::vector<std::string> calls;
};

TEST(WhySearch, FindsTheShortestSequencesThatAreKnown) {
    const Known all[] = {
        {RuleId::newuser_thread, "group-userns", {"init clone(VM | SIGHAND | THREAD | NEWUSER) -> a"}},
        {RuleId::newns_fs, "fs-mnt", {"init clone(FS | NEWNS) -> a"}},
        {RuleId::newuser_fs, "fs-userns", {"init clone(FS | NEWUSER) -> a"}},
        {RuleId::thread_sighand, "group-sighand", {"init clone(THREAD) -> a"}},
        {RuleId::sighand_vm, "sighand-mm", {"init clone(SIGHAND) -> a"}},
        {RuleId::sighand_vm, "handler-mm", {"init clone(SIGHAND) -> a", "init sigaction()"}},
        {RuleId::parent_init, "reapable", {"init clone(PARENT) -> a"}},
        {RuleId::nproc, "nproc-limit", {"user clone() -> a"}},
        {RuleId::newipc_sysvsem, "undo-ipc", {"init clone(SYSVSEM | NEWIPC) -> a"}},
        {RuleId::newpid_thread, "reaper", {"init clone(VM | SIGHAND | THREAD | NEWPID) -> a"}},
        {RuleId::parent_exit_signal, "exit-signal", {"user clone(PARENT | SIGUSR1) -> a"}},
        {RuleId::reset_on_fork,
         "sched",
         {"init sched_setscheduler(FIFO | RESET_ON_FORK)", "init clone() -> a"}},
        {RuleId::newuser_caps,
         "no-amplify",
         {"user clone(NEWUSER) -> a", "a exec_begin()", "a exec_commit()"}},
        {RuleId::fs_in_exec,
         "exec-decision",
         {"user clone(VM | FS | SIGHAND | THREAD) -> a", "user exec_begin()", "a clone(FS) -> b"}},
    };
    for (const Known& known : all) {
        const auto witness = shortest(without(known.rule, {known.breaks}), known.calls.size());
        ASSERT_TRUE(witness) << known.breaks;
        EXPECT_EQ(calls_of(*witness), known.calls);
        EXPECT_TRUE(witness->breaks(known.breaks));
    }
}

TEST(WhySearch, NothingShorterBreaksIt) {
    EXPECT_FALSE(shortest(without(RuleId::newuser_caps, {"no-amplify"}), 2));
    EXPECT_FALSE(shortest(without(RuleId::fs_in_exec, {"exec-decision"}), 2));
    EXPECT_FALSE(shortest(without(RuleId::sighand_vm, {"handler-mm"}), 1));
    EXPECT_FALSE(shortest(without(RuleId::reset_on_fork, {"sched"}), 1));
}

TEST(WhySearch, WithAllRulesNothingIsBroken) {
    // No rule is off, so none need be called for: any sequence counts.
    const Question all{&shipped(), profile_default, RuleSet(),
                       goals({"fs-mnt", "group-pidns", "exit-signal"})};
    EXPECT_FALSE(shortest(all, 2));
}

TEST(WhySearch, TheCallThatTheRuleRefusesIsNumbered) {
    const auto caps = shortest(without(RuleId::newuser_caps, {"no-amplify"}), 3);
    ASSERT_TRUE(caps);
    EXPECT_EQ(caps->refused, 1U);
    EXPECT_EQ(caps->at(), 3U);
    const auto exec = shortest(without(RuleId::fs_in_exec, {"exec-decision"}), 3);
    ASSERT_TRUE(exec);
    EXPECT_EQ(exec->refused, 3U);
}

TEST(WhySearch, TheSameQuestionHasTheSameAnswer) {
    const Question question = without(RuleId::newns_fs, {"fs-mnt"});
    EXPECT_EQ(script_of({shipped_rules()[2], shortest(question, 1), {}, false, "", {}, {}, 0}),
              script_of({shipped_rules()[2], shortest(question, 1), {}, false, "", {}, {}, 0}));
}

TEST(Why, ARowThatIsRightHasNoProblem) {
    for (const char* rule : {"newns-fs", "sighand-vm", "parent-init", "nproc", "max-threads"}) {
        const RuleWhy why = explain_one(rule);
        EXPECT_TRUE(why.problems.empty()) << rule << ": " << why.problems.front();
        EXPECT_TRUE(why.is_necessary()) << rule;
    }
}

TEST(Why, NothingNeedsNewpidParentAloneButThePairBreaks) {
    const RuleWhy why = explain_one("newpid-parent");
    EXPECT_TRUE(why.problems.empty());
    EXPECT_FALSE(why.is_necessary());
    EXPECT_TRUE(why.needless);
    EXPECT_EQ(why.together, "parent-init");
    ASSERT_TRUE(why.pair);
    EXPECT_EQ(calls_of(*why.pair), std::vector<std::string>{"init clone(PARENT | NEWPID) -> a"});
    EXPECT_EQ(why.pair->states.back().find("a")->is.at("pid"), "3");
    EXPECT_EQ(why.pair->names(), (std::vector<std::string>{"nesting", "reapable"}));
}

TEST(Why, APolicyAndAPlainLimitSaySo) {
    EXPECT_TRUE(needless_words(explain_one("security")).starts_with("a policy, not an invariant: "));
    EXPECT_TRUE(needless_words(explain_one("exec-domain")).starts_with("a plain limit: "));
}

TEST(Why, ANameThatARowLacksIsNoticed) {
    const RuleWhy why = explain_changed("parent-init", [](RuleSaid& row) { row.guards = {"one-root"}; });
    ASSERT_FALSE(why.problems.empty());
    EXPECT_EQ(why.problems.front(),
              "init clone(PARENT) -> a breaks reapable, which the row does not say it guards");
    EXPECT_FALSE(is_as_said({why}));
}

TEST(Why, ANameTooManyIsNoticed) {
    const RuleWhy why = explain_changed("newns-fs", [](RuleSaid& row) { row.guards.push_back("undo-ipc"); });
    ASSERT_EQ(why.problems.size(), 1U);
    EXPECT_EQ(why.problems.front(),
              "the row says it guards undo-ipc, which no sequence of up to 2 calls breaks");
}

TEST(Why, ANameThatNoTableHasIsNoticed) {
    const RuleWhy why = explain_changed("newns-fs", [](RuleSaid& row) { row.guards.push_back("fs-mount"); });
    ASSERT_EQ(why.problems.size(), 1U);
    EXPECT_EQ(why.problems.front(), "the row says it guards fs-mount, which no table has");
}

TEST(Why, ARuleThatIsNeededButSaysItGuardsNothingIsNoticed) {
    const RuleWhy why = explain_changed("newns-fs", [](RuleSaid& row) { row.guards.clear(); });
    EXPECT_FALSE(why.needless);
    ASSERT_FALSE(why.problems.empty());
    EXPECT_EQ(why.problems.front(),
              "the row says it guards nothing, but without it clone does not keep fs-mnt");
    EXPECT_TRUE(why.witness);
}

TEST(Why, AConditionThatLetsSomethingThroughIsNoticed) {
    RuleTable table = shipped();
    for (RuleRow& row : table.rows)
        if (row.id == RuleId::newns_fs)
            row.condition = [](const TermView& c) { return c.has(CLONE_NEWNS) && c.has(CLONE_FILES); };
    const RuleWhy why = explain_changed(
        "newns-fs", [](RuleSaid&) {}, table);
    ASSERT_FALSE(why.problems.empty());
    EXPECT_EQ(why.problems.front(),
              "init clone(FS | NEWNS) -> a breaks fs-mnt, although the rule is in force");
}

TEST(WhyTold, ABlockSaysItAll) {
    const std::vector<std::string> expected{
        "newns-fs            EINVAL; guards fs-mnt",
        "     why      a new mount namespace moves root and cwd, and would move the parent's with the "
        "child's",
        "     from     init, as a boot ends",
        "     1        init clone(FS | NEWNS) -> a",
        "     breaks   fs-mnt: root and cwd of init lie in mnt2 and mnt2, but init is in mnt1",
        "     with it  call 1 is refused with EINVAL",
        "     see it   make break RULE=newns-fs",
    };
    EXPECT_EQ(told_lines(explain_one("newns-fs")), expected);
}

TEST(WhyTold, InFullTheTasksAreDrawnAndWhatChangedHasAStar) {
    const RuleWhy why = explain_one("newns-fs");
    const Picture picture(*why.witness);
    EXPECT_EQ(picture.columns(),
              (std::vector<std::string>{"pid", "leader", "parent", "fs", "root", "cwd", "mnt ns"}));
    const std::vector<std::string> after{
        "              pid leader   parent fs  root  cwd   mnt ns",
        "     init     1   init     -      fs1 mnt2* mnt2* mnt1",
        "     kthreadd 2   kthreadd -      fs1 mnt2* mnt2* mnt1",
        "     a*       3   a        init   fs1 mnt2  mnt2  mnt2",
    };
    EXPECT_EQ(picture.lines(1), after);
    const auto full = told_in_full(why);
    EXPECT_NE(std::find(full.begin(), full.end(), after[1]), full.end());
}

TEST(WhyTold, TheLastLineCounts) {
    std::vector<RuleWhy> all{explain_one("newns-fs"), explain_one("security")};
    EXPECT_EQ(last_line(all), "rules: 2 necessary: 1");
    EXPECT_TRUE(is_as_said(all));
    EXPECT_FALSE(is_as_said({}));
    all.back().problems = {"something else"};
    EXPECT_FALSE(is_as_said(all));
}

TEST(WhyTold, ForPrograms) {
    std::vector<RuleWhy> all{explain_one("newns-fs"), explain_one("newpid-parent")};
    const auto json = nlohmann::json::parse(why_json(all));
    EXPECT_EQ(json["total"], 2);
    EXPECT_EQ(json["necessary"], 1);
    EXPECT_EQ(json["rules"][0]["witness"]["calls"][0], "init clone(FS | NEWNS) -> a");
    EXPECT_EQ(json["rules"][0]["witness"]["breaks"][0]["invariant"], "fs-mnt");
    EXPECT_EQ(json["rules"][1]["together"]["rule"], "parent-init");
    all.front().problems = {"not as said"};
    const std::vector<report::Case> cases = why_cases(all);
    ASSERT_EQ(cases.size(), 2U);
    EXPECT_EQ(cases[0].name, "newns-fs");
    EXPECT_EQ(cases[0].group, "structure");
    EXPECT_EQ(cases[0].failure, "not as said");
    EXPECT_EQ(cases[1].failure, "");
}

/// The script of a rule, as the player reads it.
void expect_script(const char* rule, const std::string& expected) {
    const std::string text = script_of(explain_one(rule));
    EXPECT_EQ(text, expected);
    play::Script script;
    play::ScriptError error;
    EXPECT_TRUE(play::read_script({text.data(), text.size()}, script, error))
        << error.line << ": " << error.what;
    EXPECT_TRUE(script.rule.is(rule));
}

TEST(WhyScript, IsWhatThePlayerReads) {
    expect_script("nproc",
                  "# without nproc nproc-limit breaks at call 1\nrule nproc\nerrno EAGAIN\n"
                  "breaks nproc-limit\nat 1\nsetup init clone() -> user\n"
                  "setup user setuid(nobody)\nsetup user setrlimit(NPROC, 1)\n1 user clone() -> a\n");
    expect_script("max-threads", "# without max-threads thread-limit breaks at call 1\nrule max-threads\n"
                                 "errno EAGAIN\nbreaks thread-limit\nat 1\nsetup machine max_threads=3\n"
                                 "setup init clone() -> user\nsetup user setuid(nobody)\n"
                                 "1 init clone() -> a\n");
    expect_script("reset-on-fork",
                  "# without reset-on-fork sched breaks at call 2\nrule reset-on-fork\neffect\n"
                  "breaks sched\nat 2\n1 init sched_setscheduler(FIFO | RESET_ON_FORK)\n"
                  "2 init clone() -> a\n");
}

TEST(WhyScript, SaysWhichCallIsRefusedIfItIsNotTheLast) {
    const RuleWhy why{shipped_rules()[1],
                      shortest(without(RuleId::newuser_caps, {"no-amplify"}), 3),
                      {},
                      false,
                      "",
                      {},
                      {},
                      0};
    EXPECT_NE(script_of(why).find("at 3\nrefused 1\n"), std::string::npos) << script_of(why);
}

TEST(WhyScript, OfThePairNamesBothRules) {
    EXPECT_NE(script_of(explain_one("newpid-parent")).find("rule newpid-parent,parent-init\n"),
              std::string::npos);
}

} // namespace
} // namespace forkproof::tests
