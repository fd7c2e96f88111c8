#include "proofs/second_opinion.hpp"
#include "proofs/program_output.hpp"
#include "proofs/theorem.hpp"
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <thread>

namespace forkproof::proofs {
namespace {

std::string status_in(const std::string& path) {
    std::ifstream file(path);
    constexpr std::string_view before = "(set-info :status ";
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(before) && line.ends_with(")"))
            return line.substr(before.size(), line.size() - before.size() - 1);
    return "";
}

/// cvc5 reads the status too: where it disagrees it ends with "Expected result unsat but got sat".
std::string last_line_of(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    return text.substr(text.rfind('\n') + 1); // all of it if there is none
}

/// What is wrong with the solver's answer; "" if it is the expected one.
std::string complaint_about(const std::string& path, unsigned seconds, const std::string& solver) {
    const std::string expected = status_in(path);
    if (expected != "sat" && expected != "unsat")
        return fmt::format("{}: Z3 has no answer, so there is nothing to compare", path);
    const ProgramOutput output = run_program({solver, path}, std::chrono::seconds(seconds));
    if (output.end == ProgramOutput::End::too_late)
        return fmt::format("{}: Z3 says {}, {} no answer within {} s", path, expected, solver, seconds);
    const std::string answer = last_line_of(output.text);
    if (answer == expected) return "";
    return fmt::format("{}: Z3 says {}, {}: {}", path, expected, solver, answer.empty() ? "nothing" : answer);
}

std::vector<std::string> obligations_in(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error))
        if (entry->path().extension() == ".smt2") files.push_back(entry->path().string());
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

SecondOpinion second_opinion(const std::string& folder, unsigned jobs, unsigned seconds_each,
                             const std::string& solver) {
    SecondOpinion opinion;
    const std::vector<std::string> files = obligations_in(folder);
    opinion.asked = files.size();
    if (files.empty()) {
        opinion.complaints.push_back("no obligation was written to " + folder);
        return opinion;
    }
    if (run_program({solver, "--version"}, std::chrono::seconds(10)).end != ProgramOutput::End::finished) {
        opinion.complaints.push_back(fmt::format("{} does not run: install the package {}", solver, solver));
        return opinion;
    }
    std::vector<std::string> complaints(files.size());
    {
        std::atomic<std::size_t> next = 0;
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < std::max(1U, jobs); i++)
            threads.emplace_back([&] {
                for (std::size_t k = next++; k < files.size(); k = next++)
                    complaints[k] = complaint_about(files[k], seconds_each, solver);
            });
    }
    for (std::string& complaint : complaints)
        if (complaint.empty())
            opinion.agreed++;
        else
            opinion.complaints.push_back(std::move(complaint));
    return opinion;
}

std::vector<std::string> second_opinion_lines(const SecondOpinion& opinion) {
    std::vector<std::string> lines{
        fmt::format("second opinion: cvc5 agrees on {} of {}", opinion.agreed, opinion.asked)};
    for (const std::string& complaint : opinion.complaints) lines.push_back("    " + complaint);
    return at_most_max_lines(std::move(lines));
}

bool agrees(const SecondOpinion& opinion) {
    return opinion.asked > 0 && opinion.agreed == opinion.asked && opinion.complaints.empty();
}

} // namespace forkproof::proofs
