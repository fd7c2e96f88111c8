// Two kernels' rules compared: what one accepts and the other refuses, as the smallest combinations that
// cause it.
#pragma once
#include "proofs/rules/counterexample.hpp"
#include "proofs/rules/rule_history.hpp"

namespace forkproof::proofs {

/// A part of a call: a flag that is set or not, or a Boolean of its context.
struct CallPart {
    std::uint32_t flag = 0;              ///< or 0:
    const ContextField* field = nullptr; ///< of the context
    bool is = true;
};

/// Every call with all these parts that the one kernel accepts is refused by the other; with one part fewer
/// that is not so.
struct Combination {
    std::vector<CallPart> parts;
    PlainCall example;      ///< the simplest call
    std::string refused_by; ///< the rule of the other kernel that refuses the example
    Errno error = Errno::OK;
    unsigned queries = 0;
};

/// All calls that `accepting` accepts and `refusing` refuses have one of these; nobody's call is left out.
/// Throws NotProved if Z3 gives up.
std::vector<Combination> only_accepted_by(const RuleTable& accepting, const RuleTable& refusing);

/// "FS NEWUSER", "NEWUSER without cap_sys_admin", in the flag names of the newer of two versions.
std::string parts_words(const std::vector<CallPart>& parts, std::uint32_t version);
/// Flag names as this version has them: bit 12 is PIDFD since 5.2, STOPPED's bit is NEWCGROUP since 4.6.
std::string flag_words_of(std::uint32_t flags, std::uint32_t version);

struct Comparison {
    std::uint32_t from = 0, to = 0;
    std::vector<Combination> only_from, only_to;
    std::vector<std::string> effects; ///< "parent-exit-signal, in 6.1 only"
};
Comparison compare_kernels(const RuleHistory& history, std::uint32_t from, std::uint32_t to);
std::vector<std::string> comparison_lines(const Comparison& comparison);

} // namespace forkproof::proofs
