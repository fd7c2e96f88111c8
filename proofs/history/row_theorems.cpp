// The rows of other kernels: what they mend, how many calls they accept, and what 6.1 and 2.6.33 differ in.
#include "proofs/history/kernels.hpp"
#include "proofs/history/rule_defects.hpp"
#include "proofs/rules/theorem.hpp"
#include <fmt/format.h>
#include <set>

namespace forkproof::proofs {
namespace {

constexpr std::uint32_t V6_1 = kernel_version(6, 1);

void is_mended(RuleProof& proof, const RuleHistory& history, const RuleDefect& defect) {
    const ChildTerms then = defect.child(proof.z3(), history.at(V2_6_33));
    proof.exists("a call that 2.6.33 accepts, and of which it does not hold: " + defect.statement,
                 then.accepted && then.wrong);
    const std::optional<std::uint32_t> mended = mended_in(defect, history);
    proof.check("some kernel has the row " + std::string(rule_texts[defect.missing].name),
                mended.has_value());
    const ChildTerms later = defect.child(proof.z3(), history.at(*mended));
    proof.prove(fmt::format("with the rows of {}: {}", version_words(*mended), defect.statement),
                later.accepted, !later.wrong);
}

/// Counted by brute force over two transcriptions, for callers whom no limit stops, none of them an init.
struct CountsOf6_1 {
    bool privileged;
    unsigned accepted, early_einval, late_einval, eperm;
};
constexpr CountsOf6_1 counts_6_1[] = {{true, 792, 3040, 264, 0}, {false, 320, 3040, 96, 640}};

void count_6_1(RuleProof& proof, const RuleHistory& history) {
    const RuleTable table = history.at(V6_1);
    for (const CountsOf6_1& row : counts_6_1) {
        CallTerms call = CallTerms::fresh(proof.z3(), "").judged_by(RuleSet(~0U));
        for (const ContextField& field : context_fields)
            call.*field.term =
                proof.z3().bool_val(row.privileged && std::string_view(field.name).starts_with("cap_"));
        call.security_errno = proof.z3().bv_val(0, 32);
        const TermVerdict verdict = verdict_of(table, call);
        auto count = [&](const char* what, const z3::expr& condition, unsigned expected) {
            proof.counts(fmt::format("{}, {}", row.privileged ? "privileged" : "unprivileged", what),
                         call.flags, VERDICT_FLAGS, condition, expected);
        };
        const z3::expr late = verdict.by(RuleId::newipc_sysvsem);
        count("accepted", verdict.accepted() && verdict.error_is(Errno::OK), row.accepted);
        count("EINVAL by an early rule", !late && verdict.error_is(Errno::EINVAL), row.early_einval);
        count("EINVAL by a late rule", late && verdict.error_is(Errno::EINVAL), row.late_einval);
        count("EPERM", verdict.error_is(Errno::EPERM), row.eperm);
    }
}

void is_the_profile(RuleProof& proof, const RuleHistory& history) {
    const CallTerms call = CallTerms::fresh(proof.z3(), "").judged_by(profile_linux_2_6_33);
    proof.prove("every call gets the same verdict and errno", call.hook_answer_is_valid(),
                verdict_of(proof.table(), call)
                    .same_as(verdict_of(history.at(V2_6_33), call.judged_by(RuleSet(~0U)))));
}

void differ_as_known(RuleProof& proof, const RuleHistory& history) {
    const RuleTable old_table = history.at(V2_6_33), new_table = history.at(V6_1);
    const std::set<std::string> expected{
        "2.6.33: FS NEWUSER, refused by newuser-fs",
        "2.6.33: PARENT_SETTID PIDFD, refused by pidfd-settid",
        "2.6.33: DETACHED PIDFD, refused by pidfd-detached",
        "2.6.33: THREAD PIDFD, refused by pidfd-thread",
        "2.6.33: NEWCGROUP without cap_sys_admin, refused by new-caps-cgroup",
        "6.1: NEWUSER without cap_sys_admin, refused by newuser-caps",
        "6.1: NEWUSER without cap_setuid, refused by newuser-caps",
        "6.1: NEWUSER without cap_setgid, refused by newuser-caps",
        "6.1: PARENT NEWPID, refused by newpid-parent",
        "6.1: with exec_domain_going, refused by exec-domain",
    };
    std::set<std::string> found;
    const CallTerms call = CallTerms::fresh(proof.z3(), "").judged_by(RuleSet(~0U));
    const z3::expr valid = call.hook_answer_is_valid(), old_accepts = verdict_of(old_table, call).accepted(),
                   new_accepts = verdict_of(new_table, call).accepted();
    auto one_way = [&](const char* by, const RuleTable& accepting, const RuleTable& refusing,
                       const z3::expr& accepts, const z3::expr& refuses) {
        z3::expr any = proof.z3().bool_val(false);
        for (const Combination& one : only_accepted_by(accepting, refusing)) {
            const std::string words = parts_words(one.parts, V6_1);
            found.insert(fmt::format("{}: {}, refused by {}", by, words, one.refused_by));
            z3::expr all = proof.z3().bool_val(true);
            for (const CallPart& part : one.parts) {
                const z3::expr holds = part.field ? call.*part.field->term : call.has_any(part.flag);
                all = all && (part.is ? holds : !holds);
            }
            proof.prove(words + ": whatever else is asked, only one accepts it", valid && accepts && all,
                        refuses);
            any = any || all;
        }
        proof.prove(std::string("nothing else is accepted only by ") + by, valid && accepts && refuses, any);
    };
    one_way("2.6.33", old_table, new_table, old_accepts, !new_accepts);
    one_way("6.1", new_table, old_table, new_accepts, !old_accepts);
    std::vector<std::string> lines;
    for (const std::string& words : expected)
        if (!found.contains(words)) lines.push_back("known, and not found: accepted only by " + words);
    for (const std::string& words : found)
        if (!expected.contains(words)) lines.push_back("found, and not known: accepted only by " + words);
    if (!lines.empty()) throw NotProved{Outcome::refuted, at_most_max_lines(lines)};
    proof.check("these are the ten that are known", found.size() == expected.size());
}

} // namespace

std::vector<RowTheorem> row_theorems() {
    std::vector<RowTheorem> all;
    for (const RuleDefect& defect : rule_defects())
        all.push_back(
            {"history/" + defect.id, defect.sentence,
             [defect](RuleProof& proof, const RuleHistory& history) { is_mended(proof, history, defect); }});
    all.push_back({"counts/linux-6.1",
                   "the 4096 words over the twelve flags fall under 6.1's rows as brute force found them to",
                   count_6_1});
    all.push_back({"history/rows-of-2.6.33",
                   "the rows that hold in 2.6.33, put in its order, decide as the profile does",
                   is_the_profile});
    all.push_back({"history/2.6.33-and-6.1",
                   "2.6.33 and 6.1 accept the same calls but for ten combinations, each as small as can be",
                   differ_as_known});
    return all;
}

TheoremReport run_row_theorem(const RowTheorem& theorem, const RuleHistory& history,
                              const RuleProofOptions& options) {
    return run_rule_theorem(
        {theorem.name, theorem.sentence, [&](RuleProof& proof) { theorem.body(proof, history); }},
        shipped_rule_table(), options);
}

} // namespace forkproof::proofs
