#include "proofs/mutants/coverage.hpp"
#include "proofs/fingerprint.hpp"
#include "proofs/mutants/mutation.hpp"
#include "proofs/run.hpp"
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace forkproof::proofs::mutants {
namespace {

using Range = std::pair<u32, u32>;

/// Sorted, those that meet made one.
std::vector<Range> merged(std::vector<Range> ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::vector<Range> all;
    for (const Range& range : ranges)
        if (!all.empty() && range.first <= all.back().second)
            all.back().second = std::max(all.back().second, range.second);
        else
            all.push_back(range);
    return all;
}

bool overlaps(const std::vector<Range>& ranges, u32 begin, u32 end) {
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), begin,
                                        [](u32 wanted, const Range& range) { return wanted < range.second; });
    return after != ranges.end() && after->first < end;
}

nlohmann::json as_json(const TheoremReport& report) {
    return {{"name", report.name},
            {"outcome", static_cast<int>(report.outcome)},
            {"queries", report.queries},
            {"paths", report.paths},
            {"seconds", report.seconds},
            {"why", report.why},
            {"touched", merged(report.touched)}};
}

TheoremReport report_of(const nlohmann::json& json) {
    TheoremReport report;
    json.at("name").get_to(report.name);
    report.outcome = static_cast<Outcome>(json.at("outcome").get<int>());
    json.at("queries").get_to(report.queries);
    json.at("paths").get_to(report.paths);
    json.at("seconds").get_to(report.seconds);
    json.at("why").get_to(report.why);
    json.at("touched").get_to(report.touched);
    return report;
}

/// What an earlier run of this program found out about this image, by theorem.
std::map<std::string, TheoremReport> remembered_reports(const std::string& path, const std::string& key) try {
    std::map<std::string, TheoremReport> reports;
    std::ifstream file(path);
    if (!file) return {};
    const nlohmann::json kept = nlohmann::json::parse(file);
    if (kept.at("key") != key) return {};
    for (const nlohmann::json& one : kept.at("reports")) {
        TheoremReport report = report_of(one);
        if (report.outcome == Outcome::proved) reports[report.name] = std::move(report);
    }
    return reports;
} catch (const nlohmann::json::exception&) {
    return {}; // not a file of ours, or cut short
}

void remember(const std::string& path, const std::string& key,
              const std::map<std::string, TheoremReport>& reports) {
    nlohmann::json kept{{"key", key}, {"reports", nlohmann::json::array()}};
    for (const auto& [name, report] : reports) kept["reports"].push_back(as_json(report));
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
    std::ofstream(path) << kept.dump(1) << '\n';
}

bool wanted(const std::string& theorem, const std::vector<std::string>& names) {
    return names.empty() || std::any_of(names.begin(), names.end(),
                                        [&](const std::string& name) { return theorem.starts_with(name); });
}

} // namespace

std::vector<std::size_t> Baseline::touching(u32 address, std::size_t bytes) const {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < reports.size(); i++)
        if (overlaps(reports[i].touched, address, address + static_cast<u32>(bytes))) numbers.push_back(i);
    return numbers;
}

BaselineResult prove_baseline(const Setting& setting, const std::vector<std::string>& names,
                              const std::string& remembered, const WorkerOptions& options) {
    BaselineResult result;
    Baseline& baseline = result.baseline;
    baseline.setting = setting;
    for (Theorem& theorem : all_theorems())
        if (theorem.needs_image && !theorem.needs_boot && !theorem.only_in_full &&
            wanted(theorem.name, names))
            baseline.theorems.push_back(std::move(theorem));
    if (baseline.theorems.empty())
        result.wrong.emplace_back("there is no such theorem about the machine code");

    const std::string key = hex(setting.image->hash()) + prover_fingerprint();
    auto known = remembered_reports(remembered, key);
    baseline.reports.resize(baseline.theorems.size());
    std::vector<std::size_t> unknown;
    for (std::size_t i = 0; i < baseline.theorems.size(); i++) {
        const auto found = known.find(baseline.theorems[i].name);
        if (found == known.end())
            unknown.push_back(i);
        else
            baseline.reports[i] = found->second;
    }
    auto work = [&](std::size_t i) {
        return as_json(run_theorem(baseline.theorems[unknown[i]], setting)).dump();
    };
    run_workers(unknown.size(), options, work, [&](std::size_t i, const WorkerResult& ended) {
        TheoremReport& report = baseline.reports[unknown[i]];
        if (ended.end == WorkerResult::End::finished)
            report = report_of(nlohmann::json::parse(ended.text));
        else
            report.why = {ended.text};
    });
    for (std::size_t i = 0; i < baseline.theorems.size(); i++) {
        const TheoremReport& report = baseline.reports[i];
        const std::string& name = baseline.theorems[i].name;
        if (report.outcome != Outcome::proved)
            result.wrong.push_back(fmt::format("{} is not proved of the kernel as it is{}", name,
                                               report.why.empty() ? "" : ": " + report.why.front()));
    }
    for (const TheoremReport& report : baseline.reports)
        if (report.outcome == Outcome::proved) known[report.name] = report;
    if (!unknown.empty()) remember(remembered, key, known);
    return result;
}

void run_originals(Baseline& baseline, unsigned jobs) {
    std::vector<std::pair<const Theorem*, std::shared_ptr<Judgement>>> wanted;
    for (const Theorem& theorem : baseline.theorems)
        if (theorem.whole_life) wanted.emplace_back(&theorem, std::make_shared<Judgement>());
    std::atomic<std::size_t> next = 0;
    auto work = [&] {
        for (std::size_t i; (i = next++) < wanted.size();)
            (void)judge_body({wanted[i].first}, baseline.setting, *wanted[i].second);
    };
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < jobs; i++) threads.emplace_back(work);
    threads.clear();
    for (auto& [theorem, run] : wanted) baseline.originals[theorem->body_name] = std::move(run);
}

std::vector<CoveredInstruction> covered_code(const Baseline& baseline) {
    const Image& image = *baseline.setting.image;
    const Decoder decoder([&](u32 at) { return image.holds(at, 1) ? image.byte(at) : -1; });
    std::vector<CoveredInstruction> all;
    for (const Function& function : image.functions()) {
        const Section* section = image.section_at(function.address);
        if (!section || !section->executable) continue;
        if (baseline.touching(function.address, function.size).empty()) continue;
        for (u32 at = function.address; at < function.end();) {
            const Instruction& i = decoder.at(at);
            if (!is_padding(i)) all.push_back({i, &function, baseline.touching(at, i.length)});
            at = i.next();
        }
    }
    return all;
}

std::map<std::string, std::set<std::size_t>> theorems_by_file(const std::vector<CoveredInstruction>& code,
                                                              const Image& image) {
    std::map<std::string, std::set<std::size_t>> files;
    for (const CoveredInstruction& covered : code)
        for (const u32 address : {covered.instruction.address, covered.function->address}) {
            const std::string line = image.line_of(address);
            files[line.substr(0, line.rfind(':'))].insert(covered.theorems.begin(), covered.theorems.end());
        }
    return files;
}

std::string source_line(const std::string& place) {
    const std::size_t colon = place.rfind(':');
    if (colon == std::string::npos) return "";
    std::ifstream in(place.substr(0, colon));
    unsigned left = 0;
    try {
        left = static_cast<unsigned>(std::stoul(place.substr(colon + 1)));
    } catch (const std::exception&) {
        return "";
    }
    std::string line;
    for (; left > 0 && std::getline(in, line); left--) {
    }
    return left == 0 ? line : "";
}

} // namespace forkproof::proofs::mutants
