// Which code the theorems cover: what each of them has executed or read while it was proved.
#pragma once
#include "proofs/image/elf.hpp"
#include "proofs/machine/decode.hpp"
#include "proofs/mutants/workers.hpp"
#include "proofs/world/machine_theorem.hpp"
#include <map>
#include <set>

namespace forkproof::proofs::mutants {

/// What mutants are judged by: the theorems about this image, all proved of it as it is, and what each
/// touched.
struct Baseline {
    std::vector<Theorem> theorems;
    std::vector<TheoremReport> reports;
    Setting setting;
    /// By source file, the theorems that execute code of it.
    std::map<std::string, std::set<std::size_t>> by_file;

    /// Runs of the image as it is, by body, made once for all mutants: of those bodies that take long.
    std::map<std::string, std::shared_ptr<const Judgement>> originals;

    /// The run of this body, or null.
    [[nodiscard]] const Judgement* original(const std::string& body) const {
        const auto found = originals.find(body);
        return found == originals.end() ? nullptr : found->second.get();
    }
    /// By number, those that touched any of these bytes.
    [[nodiscard]] std::vector<std::size_t> touching(u32 address, std::size_t bytes) const;
    /// A theorem that does not say what it touched is about all of the image.
    [[nodiscard]] bool about_all(std::size_t theorem) const { return reports[theorem].touched.empty(); }
};

/// Proves the theorems about the image whose names begin with one of these (all, if there is none), each in a
/// worker. A line for each that is not proved, or that does not say what it touched: then no mutant can be
/// judged.
struct BaselineResult {
    Baseline baseline;
    std::vector<std::string> wrong;
};
BaselineResult prove_baseline(const Setting& setting, const std::vector<std::string>& names,
                              const std::string& remembered, const WorkerOptions& options);

/// Runs the whole lives, which take long, on the image as it is.
void run_originals(Baseline& baseline, unsigned jobs);

/// An instruction of a covered function.
struct CoveredInstruction {
    Instruction instruction;
    const Function* function;
    std::vector<std::size_t> theorems; ///< that executed it; empty: no theorem did
};

/// Which theorems execute code of which file.
std::map<std::string, std::set<std::size_t>> theorems_by_file(const std::vector<CoveredInstruction>& code,
                                                              const Image& image);

/// All instructions of the functions of which a theorem executed any, by address, without padding.
std::vector<CoveredInstruction> covered_code(const Baseline& baseline);

/// The text of a source line, "kernel/fork/publish.cpp:51"; "" if it cannot be read.
std::string source_line(const std::string& place);

} // namespace forkproof::proofs::mutants
