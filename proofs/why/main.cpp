// build/bin/why: why each rule of clone() is there. It reads the tables of invariants/ and the model of
// proofs/induction only, so it needs no kernel. Status 0: all is as the rows say; 1: not so; 2: what was
// asked for cannot be done.
#include "proofs/options.hpp"
#include "proofs/why/json.hpp"
#include "proofs/why/script.hpp"
#include "proofs/why/told.hpp"
#include <algorithm>
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fstream>
#include <thread>

namespace {

using namespace forkproof;
using namespace forkproof::proofs;

constexpr int NOT_AS_SAID = 1;

struct Asked {
    std::string rule, json, junit, script;
};

/// Writes a file; false if it cannot, and that has been said.
bool write(const std::string& name, const std::string& text) {
    std::ofstream file(name);
    if (file << text && file.flush()) return true;
    fmt::print(stderr, "why: cannot write {}\n", name);
    return false;
}

void print(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) fmt::print("{}\n", line);
    fmt::print("\n");
}

/// The script of the one rule that was asked for.
int write_script(const why::RuleWhy& rule, const std::string& file) {
    if (!rule.witness && !rule.pair) {
        fmt::print(stderr, "why: {} has no witness: {}\n", rule.rule.name, why::needless_words(rule));
        return BAD_USAGE;
    }
    if (!write(file, why::script_of(rule))) return BAD_USAGE;
    for (const std::string& problem : rule.problems)
        fmt::print(stderr, "why: {}: {}\n", rule.rule.name, problem);
    return rule.problems.empty() ? 0 : NOT_AS_SAID;
}

int run(const Asked& asked) {
    const std::vector<why::RuleSaid> said = why::shipped_rules();
    const bool known =
        std::any_of(said.begin(), said.end(), [&](const why::RuleSaid& r) { return r.name == asked.rule; });
    if (!asked.rule.empty() && !known) {
        fmt::print(stderr, "why: there is no rule {}; there are", asked.rule);
        for (const why::RuleSaid& rule : said) fmt::print(stderr, " {}", rule.name);
        fmt::print(stderr, "\n");
        return BAD_USAGE;
    }
    if (!asked.script.empty() && asked.rule.empty()) {
        fmt::print(stderr, "why: --script needs --rule\n");
        return BAD_USAGE;
    }
    const RuleTable table = shipped_rule_table();
    why::WhyOptions options;
    options.jobs = std::max(std::thread::hardware_concurrency(), 1U);
    options.only = asked.rule;
    const std::vector<why::RuleWhy> all = why::explain(table, table.profile("default"), said, options);
    if (!asked.script.empty()) return write_script(all.front(), asked.script);
    for (const why::RuleWhy& rule : all)
        print(asked.rule.empty() ? why::told_lines(rule) : why::told_in_full(rule));
    if (!asked.json.empty() && !write(asked.json, why::why_json(all))) return BAD_USAGE;
    if (!asked.junit.empty()) report::write_junit(asked.junit, "why", why::why_cases(all));
    if (asked.rule.empty()) fmt::print("{}\n", why::last_line(all));
    return why::is_as_said(all) ? 0 : NOT_AS_SAID;
}

} // namespace

int main(int count, char** arguments) {
    Asked asked;
    CLI::App app(
        "Says why each rule of clone() is there: the shortest calls that break something without it.", "why");
    app.add_option("--rule", asked.rule, "only this rule, in full, with the tasks drawn");
    app.add_option("--json", asked.json, "write the same to this file");
    app.add_option("--junit", asked.junit, "write which rules are as their rows say, as JUnit's XML");
    app.add_option("--script", asked.script,
                   "write the rule's witness as a script for make break, and say nothing");
    CLI11_PARSE(app, count, arguments);
    try {
        return run(asked);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "why: {}\n", failure.what());
        return BAD_USAGE;
    }
}
