#include "proofs/mutants/explained.hpp"
#include "proofs/machine/flow.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <set>

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

/// Where control may go in the function after an instruction, and whether it may leave the function: by a
/// ret, or a jump. A panic is neither.
struct After {
    std::vector<u32> inside;
    bool outside = false;
};

After after(const CoveredInstruction& covered, u32 panic) {
    const Instruction& i = covered.instruction;
    if (i.z.meta.category == ZYDIS_CATEGORY_CALL && i.relative() && i.relative_target() == panic) return {};
    After next{successors(i), false};
    next.outside = next.inside.empty(); // a ret, or a jump to what a register says
    next.outside |= std::erase_if(next.inside, [&](u32 address) {
                        return address < covered.function->address || address >= covered.function->end();
                    }) != 0;
    return next;
}

} // namespace

std::set<u32> only_to_a_panic(const std::vector<CoveredInstruction>& code, const Image& image) {
    const u32 panic = image.function("panic_pieces").address;
    std::set<u32> out; // from here a way leads out of the function
    // Padding is not in the list: what comes after it is what is executed.
    auto leads_out = [&](std::size_t at, u32 address) {
        while (at < code.size() && code[at].instruction.address < address) at++;
        while (at > 0 && code[at - 1].instruction.address >= address) at--;
        return at < code.size() && out.contains(code[at].instruction.address);
    };
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = code.size(); i-- > 0;) {
            if (out.contains(code[i].instruction.address)) continue;
            const After next = after(code[i], panic);
            bool leads = next.outside;
            for (const u32 address : next.inside) leads = leads || leads_out(i, address);
            if (!leads) continue;
            out.insert(code[i].instruction.address);
            changed = true;
        }
    }
    std::set<u32> panics;
    for (const CoveredInstruction& covered : code)
        if (!out.contains(covered.instruction.address)) panics.insert(covered.instruction.address);
    return panics;
}

std::string why_never_alone(const std::string& theorem) {
    for (const Corollary& row : corollaries())
        if (theorem.starts_with(row.theorem)) return "(" + std::string(row.reason) + ")";
    return "";
}

std::string reason_for(const MutantResult& survivor) {
    if (survivor.fate == Fate::stopped) return "not proved of it either: the prover stops and says why";
    if (survivor.fate == Fate::lost)
        return "not proved of it either: the prover takes longer than for any theorem";
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
    const std::set<u32> panics = only_to_a_panic(code, image);
    const CoveredInstruction* before = nullptr; // the last unexplained one: a stretch gets one line
    for (const CoveredInstruction& covered : code) {
        if (!covered.theorems.empty() || panics.contains(covered.instruction.address)) {
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
