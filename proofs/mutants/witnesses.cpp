#include "proofs/mutants/witnesses.hpp"
#include "proofs/mutants/edits.hpp"
#include "proofs/mutants/summary.hpp"
#include <fmt/core.h>
#include <fstream>
#include <sstream>

namespace forkproof::proofs::mutants {

Witnesses read_witnesses(const std::string& path) {
    Witnesses witnesses;
    std::ifstream in(path);
    unsigned number = 0;
    for (std::string line; std::getline(in, line);) {
        number++;
        if (line.empty() || line.front() == '#') continue;
        std::istringstream words(line);
        std::string theorem, mutant, more;
        if (!(words >> theorem >> mutant) || words >> more)
            throw BadEdit(fmt::format("{}:{}: not a theorem and a mutant", path, number));
        witnesses[theorem] = mutant;
    }
    return witnesses;
}

Witnesses witnesses_in(const Results& results) {
    Witnesses witnesses;
    for (const std::string& theorem : results.theorems)
        if (const Kills kills = kills_of(theorem, results); kills.alone != 0)
            witnesses[theorem] = kills.example;
    return witnesses;
}

void write_witnesses(const std::string& path, const Witnesses& witnesses) {
    std::ofstream out(path);
    out << "# A theorem, and a mutant that it alone refutes. Written by `build/bin/mutants "
           "--find-witnesses`.\n";
    for (const auto& [theorem, mutant] : witnesses) out << fmt::format("{:<28} {}\n", theorem, mutant);
    if (!out) throw BadEdit(path + ": cannot be written");
}

} // namespace forkproof::proofs::mutants
