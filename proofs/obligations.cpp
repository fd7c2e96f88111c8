#include "proofs/obligations.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace forkproof::proofs {

std::string as_file_name(std::string theorem) {
    std::replace(theorem.begin(), theorem.end(), '/', '.');
    return theorem;
}

Obligations::Obligations(std::string folder, const std::string& theorem)
    : folder_(std::move(folder)), theorem_(theorem) {}

void Obligations::write(const std::string& words, const z3::expr_vector& facts, z3::check_result answer) {
    if (!wanted()) return;
    z3::context& z3 = facts.ctx();
    const char* status = answer == z3::unsat ? "unsat" : answer == z3::sat ? "sat" : "unknown";
    std::vector<Z3_ast> all;
    for (const z3::expr& fact : facts) all.push_back(fact);
    // Z3 writes the last one apart from the others
    const z3::expr last = all.empty() ? z3.bool_val(true) : z3::expr(z3, all.back());
    const unsigned others = all.empty() ? 0 : static_cast<unsigned>(all.size() - 1);
    const std::string text =
        Z3_benchmark_to_smtlib_string(z3, "", "QF_BV", status, "", others, all.data(), last);
    const std::string path = fmt::format("{}/{}.{:04}.smt2", folder_, as_file_name(theorem_), ++written_);
    std::ofstream file(path);
    std::string comment = theorem_ + ": " + words;
    std::replace(comment.begin(), comment.end(), '\n', ' ');
    file << "; " << comment << "\n" << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

} // namespace forkproof::proofs
