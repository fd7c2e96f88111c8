// What is wrong with the rules of linux-2.6.33, apart from its ladder: a rule that it does not have yet, and
// two things that it does to a child and later kernels do not. The statements are about what a call makes of
// the child, as terms; a row of a later kernel makes them true.
#pragma once
#include "proofs/rules/proof.hpp"
#include "proofs/rules/rule_history.hpp"
#include <memory>

namespace forkproof::proofs {

/// A call and its child, under the rows of one kernel.
struct ChildTerms {
    CallTerms call;
    z3::expr accepted;
    z3::expr wrong;                                      ///< the statement does not hold of this child
    std::vector<std::pair<std::string, z3::expr>> shown; ///< what is wrong, in numbers
    std::vector<z3::expr> plainer;                       ///< what makes it simpler to read
};

struct RuleDefect {
    std::string id, sentence, statement;
    RuleId missing;      ///< the row that mends it
    std::string mended;  ///< what that does, for people
    std::string by_hand; ///< what shows it in Bochs
    ChildTerms (*child)(z3::context&, const RuleTable&);
};
std::vector<RuleDefect> rule_defects();

struct RuleWitness {
    PlainCall call;
    std::vector<std::pair<std::string, unsigned>> shown;
};
/// The simplest accepted call of which the statement does not hold; nothing if it holds of all. Throws
/// NotProved if Z3 gives up.
std::optional<RuleWitness> rule_witness(const RuleDefect& defect, const RuleTable& table);

/// The version that mended it: the first one with the missing row. Nothing if no version has it.
std::optional<std::uint32_t> mended_in(const RuleDefect& defect, const RuleHistory& history);

/// A theorem a defect, and those about the rows of other kernels.
struct RowTheorem {
    std::string name, sentence;
    std::function<void(RuleProof&, const RuleHistory&)> body;
};
std::vector<RowTheorem> row_theorems();
TheoremReport run_row_theorem(const RowTheorem& theorem, const RuleHistory& history,
                              const RuleProofOptions& options = {});

} // namespace forkproof::proofs
