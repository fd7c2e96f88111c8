#include "proofs/mutants/explained.hpp"
#include <fmt/format.h>

namespace forkproof::proofs::mutants {
namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The row that explains why this is not executed, or the number of rows.
std::size_t row_of(const CoveredInstruction& code, const Image& image) {
    const std::vector<DeadCode>& rows = dead_code();
    const std::string line = source_line(image.line_of(code.instruction.address));
    std::size_t i = 0;
    while (i < rows.size() && !(rows[i].function == code.function->name && contains(line, rows[i].source)))
        i++;
    return i;
}

} // namespace

std::string reason_for(const MutantResult& survivor) {
    const std::string function = survivor.name.substr(0, survivor.name.find_first_of("+/"));
    const std::string line = source_line(survivor.line);
    for (const KnownSurvivor& row : known_survivors())
        if (row.function == function && contains(line, row.source) && contains(survivor.kind, row.kind))
            return std::string(row.reason);
    return "";
}

std::vector<std::string> unexplained(const std::vector<CoveredInstruction>& code, const Image& image) {
    std::vector<std::string> lines;
    std::vector<bool> used(dead_code().size());
    const CoveredInstruction* before = nullptr; // the last unexplained one: a stretch gets one line
    for (const CoveredInstruction& covered : code) {
        if (!covered.theorems.empty()) {
            before = nullptr;
            continue;
        }
        const std::size_t row = row_of(covered, image);
        if (row < used.size()) {
            used[row] = true;
            before = nullptr;
            continue;
        }
        const u32 address = covered.instruction.address;
        const std::string line = image.line_of(address);
        if (!before || before->function != covered.function ||
            image.line_of(before->instruction.address) != line)
            lines.push_back(
                fmt::format("{} {}: {}", line, image.name_of(address), text(covered.instruction)));
        before = &covered;
    }
    for (std::size_t i = 0; i < used.size(); i++)
        if (!used[i])
            lines.push_back(
                fmt::format("{} '{}' is explained as dead in proofs/mutants/known.cpp, but all of it is "
                            "executed, or there is none; remove the row",
                            dead_code()[i].function, dead_code()[i].source));
    return lines;
}

} // namespace forkproof::proofs::mutants
