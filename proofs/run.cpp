#include "proofs/run.hpp"
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <z3++.h>

namespace forkproof::proofs {
namespace {

/// The theorems of one run, shared by the threads.
class Queue {
  public:
    explicit Queue(std::size_t theorems) : reports_(theorems), state_(theorems, waiting) {}

    /// Theorems that nobody has begun, from the first up to the second: one, or a batch; nothing if there is
    /// none left.
    std::optional<std::pair<std::size_t, std::size_t>> take(const std::vector<Theorem>& theorems) {
        const std::lock_guard lock(mutex_);
        if (next_ == state_.size()) return {};
        const std::size_t first = next_++;
        while (next_ < state_.size() && !theorems[first].batch.empty() &&
               theorems[next_].batch == theorems[first].batch)
            next_++;
        return std::pair{first, next_};
    }

    void begin(std::size_t i) {
        const std::lock_guard lock(mutex_);
        state_[i] = running;
        changed();
    }

    void finish(std::size_t i, TheoremReport report) {
        const std::lock_guard lock(mutex_);
        reports_[i] = std::move(report);
        state_[i] = done;
        changed();
    }

    /// Waits until something has happened since the last call.
    void wait_for_change() {
        std::unique_lock lock(mutex_);
        happened_.wait(lock, [&] { return changes_ != seen_; });
        seen_ = changes_;
    }

    /// The report, if the theorem is done.
    const TheoremReport* report(std::size_t i) {
        const std::lock_guard lock(mutex_);
        return state_[i] == done ? &reports_[i] : nullptr;
    }

    Progress progress(const std::vector<Theorem>& theorems) {
        const std::lock_guard lock(mutex_);
        Progress now;
        now.all = state_.size();
        for (std::size_t i = 0; i < state_.size(); i++) {
            if (state_[i] == done) now.done++;
            if (state_[i] == running) now.running.push_back(theorems[i].name);
        }
        return now;
    }

    std::vector<TheoremReport> all() && { return std::move(reports_); }

  private:
    enum State : std::uint8_t { waiting, running, done };

    void changed() {
        changes_++;
        happened_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable happened_;
    unsigned changes_ = 0, seen_ = 0;
    std::size_t next_ = 0;
    std::vector<TheoremReport> reports_;
    std::vector<State> state_;
};

} // namespace

TheoremReport run_theorem(const Theorem& theorem, const Setting& setting) {
    TheoremReport report;
    const auto start = std::chrono::steady_clock::now();
    try {
        report = theorem.run(setting);
    } catch (const NotProved& failure) {
        report.outcome = failure.outcome;
        report.why = failure.lines;
    } catch (const z3::exception& failure) {
        report.why = {std::string("Z3: ") + failure.msg()};
    } catch (const std::exception& failure) {
        report.why = {failure.what()};
    }
    if (report.outcome == Outcome::proved && report.paths == 0 && report.queries == 0) {
        report.outcome = Outcome::vacuous;
        report.why = {"the theorem followed no path and asked the solver nothing"};
    }
    report.name = theorem.name;
    report.why = at_most_max_lines(std::move(report.why));
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

std::vector<TheoremReport> run_theorems(const std::vector<Theorem>& theorems, const Setting& setting,
                                        const RunOptions& options) {
    Queue queue(theorems.size());
    auto prove_one = [&](std::size_t i) {
        const Theorem& theorem = theorems[i];
        queue.begin(i);
        std::optional<TheoremReport> report;
        const bool remembered = options.cache && !theorem.needs_boot;
        if (remembered && !options.fresh) report = options.cache->find(theorem);
        if (!report) {
            report = run_theorem(theorem, setting);
            if (remembered) options.cache->keep(theorem, *report);
        }
        queue.finish(i, std::move(*report));
    };
    auto work = [&] {
        while (const auto some = queue.take(theorems))
            for (std::size_t i = some->first; i < some->second; i++) prove_one(i);
    };
    std::vector<std::jthread> threads;
    const std::size_t jobs =
        std::clamp<std::size_t>(options.jobs, 1, std::max<std::size_t>(theorems.size(), 1));
    for (std::size_t i = 0; i < jobs; i++) threads.emplace_back(work);
    for (std::size_t next = 0; next < theorems.size();) {
        queue.wait_for_change();
        for (; next < theorems.size(); next++) {
            const TheoremReport* report = queue.report(next);
            if (!report) break;
            if (options.done) options.done(theorems[next], *report);
        }
        if (options.progress) options.progress(queue.progress(theorems));
    }
    threads.clear();
    return std::move(queue).all();
}

} // namespace forkproof::proofs
