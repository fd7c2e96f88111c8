#include "proofs/mutants/trial.hpp"
#include "proofs/fingerprint.hpp"
#include "proofs/mutants/choose.hpp"
#include "proofs/mutants/explained.hpp"
#include "proofs/mutants/summary.hpp"
#include "proofs/mutants/witnesses.hpp"
#include "proofs/setting.hpp"
#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <numeric>
#include <tuple>
#include <unistd.h>

namespace forkproof::proofs::mutants {
namespace {

/// What one question about a mutant may cost: as much as any question costs about the kernel as it is.
constexpr unsigned EFFORT = 3'000'000;
/// How many mutants a theorem gets to try, until it refutes one alone.
constexpr unsigned WITNESS_ROUNDS = 10;
/// Of a sample: so many mutants of the machine code for one of the source.
constexpr std::size_t MACHINE_FOR_SOURCE = 8;

} // namespace

Trial::Trial(const TrialWish& wish) : wish_(wish) {
    Options options;
    options.kernel = wish.build + "/kernel.elf";
    const Start start = make_setting(options, true);
    BaselineResult proved =
        prove_baseline(start.setting, wish.theorems, wish.build + "/mutants/baseline.json", wish.workers);
    if (!proved.wrong.empty())
        throw CannotStart(fmt::format("{}; mutants are judged by theorems that hold: see `make prove`",
                                      fmt::join(proved.wrong, "; ")));
    baseline_ = std::move(proved.baseline);
    baseline_.setting.effort = EFFORT;
    const std::vector<CoveredInstruction> code = covered_code(baseline_);
    baseline_.by_file = theorems_by_file(code, *start.setting.image);
    if (wish.theorems.empty()) unreached_ = unexplained(code, *start.setting.image);
    for (const auto& [theorem, mutant] : read_witnesses(wish.edits + "/witnesses"))
        if (!wish.find_witnesses) witnesses_.insert(mutant);
    if (!wish.no_machine) machine_ = choose(code, baseline_, wish.count, witnesses_);
    if (!wish.no_source) source_ = read_edits_of_folder(wish.edits);
    if (!wish.theorems.empty()) // a fault planted for a theorem that is not asked is nobody's to notice
        std::erase_if(source_, [&](const SourceMutant& mutant) { return !is_asked(mutant.theorem); });
    if (!wish.no_source) kernel_build_.emplace(wish.build);
    if (wish.sample == 0) return;
    machine_ = sample(machine_, wish.sample);
    source_ = sample(source_, wish.sample / MACHINE_FOR_SOURCE + 1);
}

bool Trial::is_asked(const std::string& theorem) const {
    return std::any_of(baseline_.theorems.begin(), baseline_.theorems.end(),
                       [&](const Theorem& t) { return t.name.starts_with(theorem); });
}

std::vector<std::string> Trial::names() const {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < size(); i++)
        lines.push_back(
            source(i) ? fmt::format("{}  {}  tests/mutants/{}", name(i), source(i)->file, source(i)->listed)
                      : fmt::format("{}  {}  {}", name(i), machine(i).line, machine(i).words));
    return lines;
}

MutantResult Trial::only(const std::string& wanted, std::vector<std::string>& lines) const {
    for (std::size_t i = 0; i < size(); i++)
        if (name(i) == wanted) return judged(i, Asking::all, &lines);
    throw CannotStart(fmt::format("no mutant is called '{}'; --list names them", wanted));
}

Results Trial::nothing_yet() const {
    Results results;
    results.about = hex(baseline_.setting.image->hash()) + " " + prover_fingerprint();
    results.part = wish_.part;
    results.parts = wish_.parts;
    results.machine = machine_.size();
    results.source = source_.size();
    results.sample = wish_.sample != 0 || wish_.no_source || wish_.no_machine || !wish_.theorems.empty();
    for (std::size_t i = 0; i < baseline_.theorems.size();
         i++) // how deep the stack goes is no matter of one mutant
        if (!baseline_.about_all(i)) results.theorems.push_back(baseline_.theorems[i].name);
    results.unreached = unreached_;
    return results;
}

Results Trial::all() {
    Results results = nothing_yet();
    std::vector<std::size_t> mine;
    for (std::size_t i = 0; i < size(); i++)
        if (i % wish_.parts + 1 == wish_.part) mine.push_back(i);
    results.mutants.resize(mine.size());
    // Those of the source first: while this process is small its children begin and end quickly.
    std::vector<std::size_t> of_source, of_machine;
    for (std::size_t place = 0; place < mine.size(); place++)
        (source(mine[place]) ? of_source : of_machine).push_back(place);
    const auto asking = [this](std::size_t i) {
        return witnesses_.contains(name(i)) && wish_.sample == 0 ? Asking::all : Asking::until_refuted;
    };
    judge_all(results, mine, of_source, asking);
    if (!of_machine.empty()) run_originals(baseline_, wish_.workers.processes);
    judge_all(results, mine, of_machine, asking);
    return results;
}

std::vector<std::size_t> Trial::concerned_by(std::size_t i) const {
    return source(i) ? concerned(*source(i), baseline_) : concerned(machine(i), baseline_);
}

MutantResult Trial::judged(std::size_t i, Asking asking, std::vector<std::string>* lines) const {
    MutantResult result = source(i) ? judge(*source(i), *kernel_build_, baseline_, asking, lines)
                                    : judge(machine(i), baseline_, asking, lines);
    result.seconds = static_cast<double>(std::clock()) / CLOCKS_PER_SEC; // each has a process of its own
    return result;
}

MutantResult Trial::lost(std::size_t i, const std::string& why) const {
    MutantResult result = source(i) ? described(*source(i)) : described(machine(i));
    result.fate = Fate::lost;
    result.why = why;
    return result;
}

void Trial::judge_all(Results& results, const std::vector<std::size_t>& mine,
                      const std::vector<std::size_t>& places,
                      const std::function<Asking(std::size_t)>& asking) const {
    std::size_t done = 0;
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    run_workers(
        places.size(), wish_.workers,
        [&](std::size_t i) { return to_text(judged(mine[places[i]], asking(mine[places[i]]))); },
        [&](std::size_t i, const WorkerResult& ended) {
            MutantResult& result = results.mutants[places[i]];
            if (ended.end == WorkerResult::End::finished)
                result = from_text(ended.text);
            else
                result = lost(mine[places[i]], ended.text);
            if (terminal) fmt::print(stderr, "\r\033[K{} of {}", ++done, places.size());
        });
    if (terminal) fmt::print(stderr, "\r\033[K");
}

Results Trial::find_witnesses() const {
    Results results = nothing_yet();
    std::vector<std::size_t> mine(size());
    std::iota(mine.begin(), mine.end(), std::size_t{0});
    results.mutants.resize(size());
    const std::vector<std::vector<std::size_t>> of_theorem = candidates();
    std::set<std::size_t> judged;
    for (unsigned round = 0; round < WITNESS_ROUNDS; round++) {
        std::set<std::size_t> now;
        for (std::size_t t = 0; t < baseline_.theorems.size(); t++) {
            if (kills_of(baseline_.theorems[t].name, results).alone != 0) continue;
            for (const std::size_t i : of_theorem[t])
                if (!now.contains(i) && judged.insert(i).second) {
                    now.insert(i);
                    break;
                }
        }
        judge_all(results, mine, {now.begin(), now.end()}, [](std::size_t) { return Asking::all; });
        fmt::print("round {}: {} tried, {} of {} theorems have a mutant of their own\n", round + 1,
                   judged.size(), witnesses_in(results).size(), results.theorems.size());
        std::fflush(stdout);
    }
    std::vector<MutantResult> tried;
    tried.reserve(judged.size());
    for (const std::size_t i : judged) tried.push_back(results.mutants[i]);
    results.mutants = std::move(tried);
    return results;
}

/// By theorem: mutants that it may refute alone, the likeliest first: those planted for it, then those that
/// concern the fewest theorems.
std::vector<std::vector<std::size_t>> Trial::candidates() const {
    using Rank = std::tuple<bool, std::size_t, std::uint64_t, std::size_t>;
    std::vector<std::vector<Rank>> ranks(baseline_.theorems.size());
    for (std::size_t i = 0; i < size(); i++) {
        const std::vector<std::size_t> all = concerned_by(i);
        for (const std::size_t t : all) {
            const bool planted = source(i) && source(i)->theorem == baseline_.theorems[t].name;
            ranks[t].emplace_back(!planted, all.size(), Fingerprint().add(name(i)).value(), i);
        }
    }
    std::vector<std::vector<std::size_t>> candidates(ranks.size());
    for (std::size_t t = 0; t < ranks.size(); t++) {
        std::sort(ranks[t].begin(), ranks[t].end());
        for (const Rank& rank : ranks[t]) candidates[t].push_back(std::get<3>(rank));
    }
    return candidates;
}

} // namespace forkproof::proofs::mutants
