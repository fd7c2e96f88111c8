#include "proofs/validate/report.hpp"
#include "proofs/machine/semantics.hpp"
#include <algorithm>
#include <atomic>
#include <exception>
#include <fmt/format.h>
#include <mutex>
#include <thread>

namespace forkproof::proofs {

namespace {

using Entry = std::pair<const std::string, FormOfCode>;

/// One thread's share: forms from the common list until there are none.
class Worker {
  public:
    Worker(const std::vector<const Entry*>& forms, std::vector<FormResult>& results,
           std::atomic<std::size_t>& next)
        : forms_(forms), results_(results), next_(next) {}

    void operator()(const Request& request) {
        try {
            Processor processor(request.processor);
            Unicorn unicorn;
            for (std::size_t n = next_++; n < forms_.size(); n = next_++) {
                z3::context z3; // a new one each time, as it keeps the terms that it has made
                FormCheck check(z3, processor, request.unicorn ? &unicorn : nullptr, request.cases);
                results_[n] = check.check(forms_[n]->first, forms_[n]->second);
            }
        } catch (...) {
            failure = std::current_exception();
            next_ = forms_.size();
        }
    }

    std::exception_ptr failure;

  private:
    const std::vector<const Entry*>& forms_;
    std::vector<FormResult>& results_;
    std::atomic<std::size_t>& next_;
};

std::vector<FormResult> check_native(const std::vector<const Entry*>& forms, const Request& request) {
    std::vector<FormResult> results(forms.size());
    std::atomic<std::size_t> next = 0;
    std::vector<Worker> workers(request.jobs, Worker(forms, results, next));
    std::vector<std::thread> threads;
    threads.reserve(workers.size());
    for (auto& worker : workers) threads.emplace_back(std::ref(worker), std::cref(request));
    for (auto& thread : threads) thread.join();
    for (const auto& worker : workers)
        if (worker.failure) std::rethrow_exception(worker.failure);
    return results;
}

} // namespace

Report check_all(const Forms& forms, const Request& request) {
    Report report;
    std::vector<const Entry*> native;
    std::vector<std::pair<std::string, FormOfCode>> for_bochs;
    for (const Entry& entry : forms.all()) {
        if (!request.only.empty() && entry.first != request.only) continue;
        const Instruction sample = decoded(entry.second.encodings.begin()->second, native::CODE_AT);
        if (!has_semantics(sample) || sample.operands[0].type == ZYDIS_OPERAND_TYPE_POINTER)
            report.no_semantics.push_back(entry.first);
        else if (!privileged(sample))
            native.push_back(&entry);
        else if (request.bochs)
            for_bochs.emplace_back(entry);
        else
            report.not_asked.push_back(entry.first);
    }
    report.forms = check_native(native, request);
    if (for_bochs.empty()) return report;
    for (auto& result : check_privileged(for_bochs, *request.bochs))
        report.forms.push_back(std::move(result));
    return report;
}

int print(const Report& report, bool list) {
    unsigned validated = 0;
    std::uint64_t total = 0, votes = 0, against = 0;
    for (const auto& form : report.forms) {
        const bool good = form.cases >= form.wanted && form.differences == 0;
        validated += good;
        total += form.cases;
        votes += form.unicorn_cases;
        against += form.unicorn_differences;
        if (list)
            fmt::print("{:28} occurs {:6}  cases {:7}  on unknowns {:4}  by solver {:4}{}\n", form.form,
                       form.occurrences, form.cases, form.symbolic, form.by_solver,
                       good ? "" : fmt::format("  DIFFERENT {}", form.differences));
        for (const auto& example : form.examples) fmt::print("{}\n", example);
        for (const auto& vote : form.votes) fmt::print("{}\n", vote);
    }
    if (!report.no_semantics.empty())
        fmt::print("without semantics, the prover stops there: {}\n", fmt::join(report.no_semantics, "; "));
    if (!report.not_asked.empty())
        fmt::print("privileged, and Bochs was not to be asked: {}\n", fmt::join(report.not_asked, "; "));
    if (votes)
        fmt::print("Unicorn, which decides nothing: agrees on {} cases of {}\n", votes - against, votes);
    const auto all = report.forms.size() + report.not_asked.size();
    fmt::print("forms: {} validated: {} cases: {}\n", all, validated, total);
    return validated == all ? 0 : 1;
}

} // namespace forkproof::proofs
