// Of the 32 bits of the flag word the verdict depends on twelve: on each of these, and on no other.
#include "proofs/rules/theorem.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

/// Bit 12 means nothing to 2.6.33 (it became CLONE_PIDFD in 5.2).
constexpr std::uint32_t UNKNOWN_BITS = 0x00001000;

void only_twelve(RuleProof& proof) {
    const CallTerms call = proof.call();
    const CallTerms other = call.with_flags(proof.z3().bv_const("other flags", 32));
    proof.show("the other word", other);
    const z3::expr mask = proof.z3().bv_val(VERDICT_FLAGS, 32);
    proof.prove("two words that agree in the twelve flags get the same verdict and errno",
                (call.flags & mask) == (other.flags & mask) && call.flags != other.flags,
                verdict_of(proof.table(), call).same_as(verdict_of(proof.table(), other)));
}

void ignored(RuleProof& proof) {
    const CallTerms call = proof.call();
    auto without = [&](const char* what, std::uint32_t bits) {
        const CallTerms other = call.with_flags(call.flags & proof.z3().bv_val(~bits, 32));
        proof.prove(fmt::format("{} makes no difference", what), call.has_any(bits),
                    verdict_of(proof.table(), call).same_as(verdict_of(proof.table(), other)));
    };
    without("the exit signal, valid or not,", CSIGNAL);
    without("CLONE_DETACHED", CLONE_DETACHED);
    without("CLONE_STOPPED", CLONE_STOPPED);
    without("an unknown bit", UNKNOWN_BITS);
}

void each_of_twelve(RuleProof& proof) {
    const CallTerms call = proof.call();
    for (const FlagName& flag : flag_names) {
        if (!(flag.bit & VERDICT_FLAGS)) continue;
        const CallTerms other = call.with_flags(call.flags ^ proof.z3().bv_val(flag.bit, 32));
        for (const Profile& profile : proof.table().profiles)
            proof.exists(fmt::format("a call that {} alone decides, under {}", flag.name, profile.name),
                         verdict_of(proof.table(), call.judged_by(profile.rules)).accepted() !=
                             verdict_of(proof.table(), other.judged_by(profile.rules)).accepted());
    }
}

} // namespace

std::vector<RuleTheorem> flag_word_theorems() {
    return {
        {"flag-word/only-twelve", "no bit but the twelve flags has a say, under any set of rules",
         only_twelve},
        {"flag-word/ignored", "exit signal, DETACHED, STOPPED and unknown bits are ignored", ignored},
        {"flag-word/each-of-twelve", "each of the twelve flags decides some call", each_of_twelve},
    };
}

} // namespace forkproof::proofs
