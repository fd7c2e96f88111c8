// Faults to plant in a copy of the rule table, each with the theorem that must notice it.
#pragma once
#include "proofs/rules/rule_table.hpp"
#include <functional>
#include <string>
#include <vector>

namespace forkproof::tests {

struct PlantedFault {
    std::string what;
    std::function<void(proofs::RuleTable&)> plant;
    std::vector<std::string> refuted; ///< theorems that must not be proved any more
};

/// Faults chosen so that every theorem is refuted by at least one.
std::vector<PlantedFault> planted_faults();

/// Faults made by rote: each row removed, made an effect, given another errno, swapped with the next;
/// in each condition, each atom made true, made false, and negated. What theorem notices is not said.
std::vector<PlantedFault> systematic_faults();

} // namespace forkproof::tests
