#include "proofs/rules/proof.hpp"
#include "proofs/rules/count_models.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {

RuleProof::RuleProof(const RuleTable& table, const RuleProofOptions& options, const std::string& theorem)
    : table_(table), options_(options), solver_(z3_, "QF_BV"), obligations_(options.smt_folder, theorem) {
    z3::params params(z3_);
    params.set("rlimit", options.rlimit);
    solver_.set(params);
}

CallTerms RuleProof::call(const std::string& title) {
    CallTerms fresh = CallTerms::fresh(z3_, fmt::format("@{}", title));
    solver_.add(fresh.hook_answer_is_valid());
    log_.push_back(fmt::format("given   {}: any flag word, any context, any set of rules in force", title));
    show(title, fresh);
    return fresh;
}

CallTerms RuleProof::call_judged_by(const std::string& profile) {
    CallTerms judged = CallTerms::fresh(z3_, "@call").judged_by(table_.profile(profile));
    solver_.add(judged.hook_answer_is_valid());
    log_.push_back(fmt::format("given   call: any flag word, any context, judged by {}", profile));
    show("call", judged);
    return judged;
}

void RuleProof::show(const std::string& title, const CallTerms& call) { shown_.push_back({title, call}); }

void RuleProof::assume(const std::string& words, const z3::expr& fact) {
    log_.push_back("assume  " + words);
    assumptions_.push_back(words);
    solver_.add(fact);
    if (!satisfiable(words, z3_.bool_val(true)))
        fail(Outcome::vacuous, {"nothing satisfies the assumptions: " + words});
}

void RuleProof::prove(const std::string& words, const z3::expr& when, const z3::expr& then) {
    log_.push_back("prove   " + words);
    if (!satisfiable(words, when))
        fail(Outcome::vacuous, {"nothing satisfies the precondition of: " + words});
    if (satisfiable(words, when && !then)) fail(Outcome::refuted, counterexample(words, when && !then));
    example(when);
}

void RuleProof::exists(const std::string& words, const std::vector<Part>& parts) {
    log_.push_back("exists  " + words);
    z3::expr all = z3_.bool_val(true);
    for (const Part& part : parts) all = all && part.term;
    if (!satisfiable(words, all)) {
        std::vector<std::string> lines = excluding(parts);
        lines.insert(lines.begin(), "there is none: " + words);
        fail(Outcome::refuted, std::move(lines));
    }
    example(all);
}

void RuleProof::exists(const std::string& words, const z3::expr& condition) {
    exists(words, {{words, condition}});
}

void RuleProof::counts(const std::string& words, const z3::expr& flags, std::uint32_t mask,
                       const z3::expr& condition, unsigned expected) {
    log_.push_back(fmt::format("count   {}: {}", words, expected));
    const Count found = count_models(flags, mask, condition);
    queries_ += found.terms;
    if (!found.models) fail(Outcome::unknown, {"Z3 could not decide every word: " + words});
    if (*found.models != expected)
        fail(Outcome::refuted, {fmt::format("counted {} instead of {}: {}", *found.models, expected, words)});
    if (obligations_.wanted()) { // nothing was asked but that the terms be simplified: this is what that said
        z3::expr_vector facts = solver_.assertions();
        facts.push_back((flags & z3_.bv_val(~mask, 32)) == 0 && condition != *found.decided);
        obligations_.write(words, facts, z3::unsat);
    }
}

void RuleProof::check(const std::string& words, bool holds) {
    log_.push_back("check   " + words);
    if (!holds) fail(Outcome::refuted, {"does not hold: " + words});
}

z3::check_result RuleProof::ask(const z3::expr& with) {
    solver_.push();
    solver_.add(with);
    queries_++;
    const z3::check_result answer = solver_.check();
    solver_.pop();
    return answer;
}

bool RuleProof::satisfiable(const std::string& words, const z3::expr& condition) {
    const z3::check_result answer = ask(condition);
    if (obligations_.wanted()) {
        z3::expr_vector facts = solver_.assertions();
        facts.push_back(condition);
        obligations_.write(words, facts, answer);
    }
    if (answer == z3::unknown) fail(Outcome::unknown, {"the solver gave up: " + words});
    return answer == z3::sat;
}

void RuleProof::simplest(
    const z3::expr& condition,
    const std::function<void(const std::string&, const PlainCall&, const std::string&)>& say) {
    solver_.push();
    solver_.add(condition);
    for (const Shown& shown : shown_)
        for (const z3::expr& wish : simpler(shown.call, table_))
            if (ask(wish) == z3::sat) solver_.add(wish);
    queries_++;
    if (solver_.check() == z3::sat) {
        const z3::model model = solver_.get_model();
        for (const Shown& shown : shown_)
            say(shown.title, read_call(model, shown.call),
                verdict_words(model, verdict_of(table_, shown.call), table_));
    }
    solver_.pop();
}

std::vector<std::string> RuleProof::counterexample(const std::string& words, const z3::expr& condition) {
    std::vector<std::string> lines{"does not hold: " + words};
    if (!options_.counterexamples) return lines;
    simplest(condition, [&](const std::string& title, const PlainCall& call, const std::string& verdict) {
        if (shown_.size() > 1) lines.push_back(title + ":");
        for (const std::string& line : call_lines(call, table_)) lines.push_back(line);
        lines.push_back("verdict  " + verdict);
    });
    return lines;
}

std::vector<std::string> RuleProof::excluding(const std::vector<Part>& parts) {
    if (parts.size() < 2 || !options_.counterexamples) return {};
    // drop each part that is not needed for the contradiction: what remains is a smallest reason
    std::vector<Part> needed = parts;
    for (std::size_t i = 0; i < needed.size();) {
        z3::expr others = z3_.bool_val(true);
        for (std::size_t k = 0; k < needed.size(); k++)
            if (k != i) others = others && needed[k].term;
        if (ask(others) == z3::unsat)
            needed.erase(needed.begin() + static_cast<std::ptrdiff_t>(i));
        else
            i++;
    }
    std::vector<std::string> lines{"because these exclude each other:"};
    for (const Part& part : needed) lines.push_back("  " + part.words);
    return lines;
}

void RuleProof::example(const z3::expr& condition) {
    if (!options_.examples) return;
    simplest(condition, [&](const std::string& title, const PlainCall& call, const std::string& verdict) {
        log_.push_back(fmt::format("          e.g. {}{}", shown_.size() > 1 ? title + ": " : "",
                                   call_line(call, table_, verdict)));
    });
}

void RuleProof::fail(Outcome outcome, std::vector<std::string> lines) {
    throw NotProved{outcome, at_most_max_lines(std::move(lines))};
}

} // namespace forkproof::proofs
