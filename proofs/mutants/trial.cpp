#include "proofs/mutants/trial.hpp"
#include "proofs/fingerprint.hpp"
#include "proofs/mutants/choose.hpp"
#include "proofs/mutants/explained.hpp"
#include "proofs/mutants/summary.hpp"
#include "proofs/setting.hpp"
#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <numeric>
#include <tuple>
#include <unistd.h>

namespace forkproof::proofs::mutants {
namespace {

/// How often a theorem that refutes no mutant alone gets another one to try.
constexpr unsigned WITNESS_ROUNDS = 4;
/// Of a sample: so many mutants of the machine code for one of the source.
constexpr std::size_t MACHINE_FOR_SOURCE = 8;

bool contains(const std::vector<std::size_t>& all, std::size_t i) {
    return std::find(all.begin(), all.end(), i) != all.end();
}

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
    const std::vector<CoveredInstruction> code = covered_code(baseline_);
    baseline_.by_file = theorems_by_file(code, *start.setting.image);
    if (wish.theorems.empty()) unreached_ = unexplained(code, *start.setting.image);
    if (!wish.no_machine) machine_ = choose(code, baseline_, wish.count);
    if (!wish.no_source) source_ = read_edits_of_folder(wish.edits);
    if (!wish.no_source) kernel_build_.emplace(wish.build);
    if (wish.sample == 0) return;
    machine_ = sample(machine_, wish.sample);
    source_ = sample(source_, wish.sample / MACHINE_FOR_SOURCE + 1);
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

Results Trial::all() const {
    Results results;
    results.about = hex(baseline_.setting.image->hash()) + " " + prover_fingerprint();
    results.part = wish_.part;
    results.parts = wish_.parts;
    results.machine = machine_.size();
    results.source = source_.size();
    results.sample = wish_.sample != 0 || wish_.no_source || wish_.no_machine || !wish_.theorems.empty();
    for (const Theorem& theorem : baseline_.theorems) results.theorems.push_back(theorem.name);
    results.unreached = unreached_;

    std::vector<std::size_t> mine;
    for (std::size_t i = 0; i < size(); i++)
        if (i % wish_.parts + 1 == wish_.part) mine.push_back(i);
    results.mutants.resize(mine.size());
    std::vector<std::size_t> places(mine.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    judge_all(results, mine, places, Asking::until_refuted);
    if (wish_.sample == 0) find_witnesses(results, mine);
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
                      const std::vector<std::size_t>& places, Asking asking) const {
    std::size_t done = 0;
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    run_workers(
        places.size(), wish_.workers, [&](std::size_t i) { return to_text(judged(mine[places[i]], asking)); },
        [&](std::size_t i, const WorkerResult& ended) {
            MutantResult& result = results.mutants[places[i]];
            if (ended.end == WorkerResult::End::finished)
                result = from_text(ended.text);
            else if (asking == Asking::until_refuted) // later, what is known stays
                result = lost(mine[places[i]], ended.text);
            if (terminal) fmt::print(stderr, "\r\033[K{} of {}", ++done, places.size());
        });
    if (terminal) fmt::print(stderr, "\r\033[K");
}

/// Looks for a mutant that each theorem refutes alone: of some that it may concern, all theorems are asked.
void Trial::find_witnesses(Results& results, const std::vector<std::size_t>& mine) const {
    for (unsigned round = 0; round < WITNESS_ROUNDS; round++) {
        std::set<std::size_t> wanted;
        for (std::size_t t = 0; t < baseline_.theorems.size(); t++)
            if (kills_of(baseline_.theorems[t].name, results).alone == 0)
                if (const auto place = candidate(t, results, mine, wanted)) wanted.insert(*place);
        judge_all(results, mine, {wanted.begin(), wanted.end()}, Asking::all);
    }
}

/// A mutant that the theorem refutes, as far as is known alone; else one that it has not been asked of. Of
/// several, the one that concerns the fewest theorems.
std::optional<std::size_t> Trial::candidate(std::size_t theorem, const Results& results,
                                            const std::vector<std::size_t>& mine,
                                            const std::set<std::size_t>& taken) const {
    const std::vector<std::string> alone{baseline_.theorems[theorem].name};
    std::optional<std::tuple<bool, std::size_t, std::uint64_t, std::size_t>> best;
    for (std::size_t place = 0; place < mine.size(); place++) {
        const MutantResult& result = results.mutants[place];
        if (result.complete || result.fate != Fate::refuted || taken.contains(place)) continue;
        const std::vector<std::size_t> all = concerned_by(mine[place]);
        if (!contains(all, theorem)) continue;
        const std::tuple now(result.refuted_by != alone, all.size(), Fingerprint().add(result.name).value(),
                             place);
        if (!best || now < *best) best = now;
    }
    return best ? std::optional(std::get<3>(*best)) : std::nullopt;
}

} // namespace forkproof::proofs::mutants
