#include "proofs/history/inquiry.hpp"
#include "proofs/rules/counterexample.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

/// Z3's own unit of work, a backstop: no query needs a thousandth of it.
constexpr unsigned RLIMIT = 20'000'000;

std::uint32_t number(const z3::model& model, const z3::expr& term) {
    return static_cast<std::uint32_t>(model.eval(term, true).get_numeral_uint64());
}
bool truth(const z3::model& model, const z3::expr& term) { return model.eval(term, true).is_true(); }

std::vector<bool> truths(const z3::model& model, const std::vector<z3::expr>& terms) {
    std::vector<bool> all;
    all.reserve(terms.size());
    for (const z3::expr& term : terms) all.push_back(truth(model, term));
    return all;
}

/// What makes a call simpler to read, most wanted first.
std::vector<z3::expr> simpler_ladder_call(const LadderCallTerms& call) {
    std::vector<z3::expr> wishes{!call.call.has_any(~VERDICT_FLAGS)};
    for (int bit = 31; bit >= 0; bit--) wishes.push_back(!call.call.has_any(1U << bit));
    for (const LadderBringsName& brings : ladder_brings_names)
        wishes.push_back((call.brings & call.brings.ctx().bv_val(brings.bit, 32)) == 0);
    wishes.push_back(call.call.security_errno == 0);
    for (const ContextField& field : context_fields) wishes.push_back(!(call.call.*field.term));
    for (const auto* choices : {&call.fails, &call.keeps, &call.unlucky})
        for (const z3::expr& choice : *choices) wishes.push_back(!choice);
    return wishes;
}

} // namespace

Inquiry::Inquiry(const Ladder& ladder, const std::string& theorem, const Setting& setting)
    : Inquiry(ladder, std::make_shared<Ledger>(
                          Ledger{Obligations(setting.smt_folder, theorem), setting.examples, 0, 0, {}})) {}

Inquiry::Inquiry(const Ladder& ladder, std::shared_ptr<Ledger> ledger)
    : ladder_(ladder), solver_(z3_, "QF_BV"), ledger_(std::move(ledger)),
      call_(LadderCallTerms::fresh(z3_, ladder_)) {
    z3::params params(z3_);
    params.set("rlimit", RLIMIT);
    solver_.set(params);
    const std::vector<std::string> misfits = ladder_.misfits();
    if (!misfits.empty()) refute(misfits);
}

std::unique_ptr<Inquiry> Inquiry::with(const Ladder& other) const {
    return std::unique_ptr<Inquiry>(new Inquiry(other, ledger_));
}

const ExitTerms& Inquiry::at(const std::string& step) {
    const std::size_t place = ladder_.step(step);
    if (place == ladder_.steps.size() || ladder_.steps[place].label.empty())
        refute({"the ladder has no exit at " + step});
    const auto known = exits_.find(place);
    if (known != exits_.end()) return known->second;
    return exits_.emplace(place, exit_at(ladder_, call_, place)).first->second;
}

std::vector<std::string> Inquiry::exits() const {
    std::vector<std::string> names;
    for (const std::size_t step : ladder_.exits()) names.push_back(ladder_.steps[step].name);
    return names;
}

const LeftTerms& Inquiry::left(const ExitTerms& exit, const std::string& resource) {
    const std::size_t place = ladder_.resource(resource);
    if (place == ladder_.resources.size()) refute({"the ladder knows no resource called " + resource});
    return exit.left[place];
}

z3::expr Inquiry::nothing_left(const ExitTerms& exit) {
    z3::expr all = exit.reached.ctx().bool_val(true);
    for (const LeftTerms& left : exit.left) all = all && left.nothing();
    return all;
}

void Inquiry::prove(const std::string& words, const ExitTerms& exit, const z3::expr& when,
                    const z3::expr& then) {
    if (!satisfiable(words, exit.reached && when))
        throw NotProved{Outcome::vacuous, {"nothing satisfies the precondition of: " + words}};
    if (satisfiable(words, exit.reached && when && !then))
        refute({"does not hold: " + words, model_of(exit, when && !then, true).line()});
}

Witness Inquiry::find(const std::string& words, const ExitTerms& exit, const z3::expr& condition) {
    if (!satisfiable(words, exit.reached && condition)) refute({"there is none: " + words});
    return model_of(exit, condition, ledger_->examples);
}

bool Inquiry::possible(const std::string& words, const ExitTerms& exit, const z3::expr& condition) {
    return satisfiable(words, exit.reached && condition);
}

void Inquiry::prove_made(const std::string& words, const z3::expr& then) {
    const z3::expr made = made_of(ladder_, call_);
    if (!satisfiable(words, made)) throw NotProved{Outcome::vacuous, {"no call makes a child"}};
    if (satisfiable(words, made && !then)) refute({"does not hold: " + words});
}

void Inquiry::check(const std::string& words, bool holds) {
    if (!holds) refute({"does not hold: " + words});
}

void Inquiry::refute(std::vector<std::string> lines) {
    throw NotProved{Outcome::refuted, at_most_max_lines(std::move(lines))};
}

LadderMachine& Inquiry::machine() {
    if (!machine_) machine_ = std::make_unique<LadderMachine>(ladder_, z3_);
    return *machine_;
}

void Inquiry::agree(const LadderRun& code, const PlainLadderCall& call) {
    ledger_->paths++;
    const LadderRun plain = run_ladder(ladder_, call);
    if (code.failed == plain.failed && code.left == plain.left) return;
    refute({"the code and the plain run differ:", "code   " + Witness{call, code}.line(),
            "plain  " + Witness{call, plain}.line()});
}

void Inquiry::run_code(const Witness& witness) { agree(machine().run(witness.call), witness.call); }

std::vector<LadderRun> Inquiry::follow_code(const PlainLadderCall& call) {
    const unsigned before = machine().queries();
    std::vector<LadderRun> runs;
    for (const LadderMachine::Followed& one : machine().follow(call)) {
        agree(one.run, one.call);
        runs.push_back(one.run);
    }
    ledger_->queries += machine().queries() - before;
    return runs;
}

bool Inquiry::satisfiable(const std::string& words, const z3::expr& condition) {
    solver_.push();
    solver_.add(condition);
    ledger_->queries++;
    const z3::check_result answer = solver_.check();
    if (ledger_->obligations.wanted()) ledger_->obligations.write(words, solver_.assertions(), answer);
    solver_.pop();
    if (answer == z3::unknown) throw NotProved{Outcome::unknown, {"the solver gave up: " + words}};
    return answer == z3::sat;
}

Witness Inquiry::model_of(const ExitTerms& exit, const z3::expr& condition, bool simplest) {
    solver_.push();
    solver_.add(exit.reached && condition);
    for (const z3::expr& wish : simplest ? simpler_ladder_call(call_) : std::vector<z3::expr>()) {
        solver_.push();
        solver_.add(wish);
        ledger_->queries++;
        const bool granted = solver_.check() == z3::sat;
        solver_.pop();
        if (granted) solver_.add(wish);
    }
    ledger_->queries++;
    if (solver_.check() != z3::sat) throw NotProved{Outcome::unknown, {"the solver gave up a model it had"}};
    const z3::model model = solver_.get_model();
    solver_.pop();
    Witness witness;
    witness.call = read(model);
    witness.run = run_ladder(ladder_, witness.call);
    compare(model, exit, witness);
    return witness;
}

PlainLadderCall Inquiry::read(const z3::model& model) const {
    PlainLadderCall plain;
    const PlainCall call = read_call(model, call_.call);
    plain.flags = call.flags;
    plain.context = call.context;
    plain.brings = number(model, call_.brings);
    plain.fails = truths(model, call_.fails);
    plain.keeps = truths(model, call_.keeps);
    plain.unlucky = truths(model, call_.unlucky);
    return plain;
}

void Inquiry::compare(const z3::model& model, const ExitTerms& exit, const Witness& witness) {
    bool same = witness.run.failed == ladder_.steps[exit.step].name;
    for (std::size_t r = 0; r < ladder_.resources.size(); r++) {
        const LeftTerms& terms = exit.left[r];
        const auto found = witness.run.left.find(ladder_.resources[r].name);
        const PlainLeft left = found == witness.run.left.end() ? PlainLeft() : found->second;
        same = same && static_cast<int>(number(model, terms.held)) == left.held &&
               static_cast<int>(number(model, terms.dropped)) == left.dropped &&
               truth(model, terms.wild) == left.wild;
    }
    if (!same)
        throw NotProved{Outcome::unknown,
                        {fmt::format("the plain run disagrees with Z3's model of the exit at {}:",
                                     ladder_.steps[exit.step].name),
                         witness.line()}};
}

} // namespace forkproof::proofs
