#include "proofs/cache.hpp"
#include "proofs/fingerprint.hpp"
#include "proofs/obligations.hpp"
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace forkproof::proofs {
namespace {

using Range = std::pair<std::uint32_t, std::uint32_t>;

/// In order, and what overlaps or touches as one.
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

/// What a proof touched, as it is in this image; empty if some of it is not in it.
nlohmann::json as_touched(const TheoremReport& report, const ImageFingerprint& image) {
    nlohmann::json touched{{"bytes", nlohmann::json::array()}, {"functions", nlohmann::json::array()}};
    for (const auto& [begin, end] : merged(report.touched)) {
        const auto bytes = image.of_range(begin, end);
        if (!bytes) return {};
        touched["bytes"].push_back({begin, end, *bytes});
    }
    for (const std::string& function : report.functions) {
        const auto address = image.address_of(function);
        if (!address) return {};
        touched["functions"].push_back({function, *address});
    }
    return touched;
}

/// What a proof of another image, or of this one, rests on is in this one as well.
bool holds_for(const ImageFingerprint& image, const nlohmann::json& kept) {
    if (kept.at("names") != image.names) return false;
    if (kept.at("image") == image.whole) return true;
    if (kept.at("touched").empty()) return false;
    for (const auto& range : kept.at("touched").at("bytes"))
        if (image.of_range(range.at(0), range.at(1)) != range.at(2).get<std::string>()) return false;
    for (const auto& function : kept.at("touched").at("functions"))
        if (image.address_of(function.at(0)) != function.at(1).get<std::uint32_t>()) return false;
    return true;
}

} // namespace

Cache::Cache(std::string folder, std::string prover, ImageFingerprint image, bool full)
    : folder_(std::move(folder)), prover_(std::move(prover)), image_(std::move(image)), full_(full) {}

std::string Cache::path(const Theorem& theorem) const {
    return fmt::format("{}/{}{}.json", folder_, as_file_name(theorem.name), full_ ? ".full" : "");
}

std::string Cache::key(const Theorem& theorem) const {
    Fingerprint all;
    all.add(theorem.name).add(theorem.inputs.empty() ? prover_ : theorem.inputs).number(full_);
    return hex(all.value());
}

std::optional<TheoremReport> Cache::find(const Theorem& theorem) const try {
    std::ifstream file(path(theorem));
    if (!file) return {};
    const nlohmann::json kept = nlohmann::json::parse(file);
    if (kept.at("key") != key(theorem)) return {};
    if (theorem.needs_image && !holds_for(image_, kept)) return {};
    TheoremReport report;
    report.name = theorem.name;
    report.outcome = Outcome::proved;
    report.cached = true;
    kept.at("paths").get_to(report.paths);
    kept.at("queries").get_to(report.queries);
    kept.at("seconds").get_to(report.seconds);
    kept.at("log").get_to(report.log);
    kept.at("assumptions").get_to(report.assumptions);
    return report;
} catch (const nlohmann::json::exception&) {
    return {}; // not a file of ours, or cut short
}

bool Cache::keep(const Theorem& theorem, const TheoremReport& report) const {
    if (report.outcome != Outcome::proved || report.cached) return true;
    nlohmann::ordered_json kept;
    kept["theorem"] = theorem.name;
    kept["key"] = key(theorem);
    kept["image"] = image_.whole;
    kept["names"] = image_.names;
    if (theorem.needs_image && !report.touched.empty())
        kept["touched"] = as_touched(report, image_);
    else
        kept["touched"] = nullptr;
    kept["paths"] = report.paths;
    kept["queries"] = report.queries;
    kept["seconds"] = report.seconds;
    kept["log"] = report.log;
    kept["assumptions"] = report.assumptions;

    // written aside and moved, so that another run at the same time reads the old file or the new one
    const std::string aside = fmt::format("{}.{}", path(theorem), ::getpid());
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    std::ofstream file(aside);
    file << kept.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    file.close();
    if (file) std::filesystem::rename(aside, path(theorem), error);
    return file && !error;
}

} // namespace forkproof::proofs
