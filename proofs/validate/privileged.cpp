#include "proofs/validate/privileged.hpp"
#include "proofs/validate/privileged_inputs.hpp"
#include "proofs/validate/symbolic.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

using namespace native;

namespace {

/// Runs on unknown words, of each form.
constexpr unsigned SYMBOLIC_RUNS = 40;
/// Of the flags that ring 3 has after an iret: those of the frame that the processor takes as they are.
constexpr std::uint32_t USER_FLAGS = 0x247ed5;

struct Asked {
    std::size_t form;
    PrivilegedInput input;
};

std::vector<Asked> inputs_for(const std::vector<std::pair<std::string, FormOfCode>>& forms,
                              const PrivilegedTable& table) {
    std::vector<Asked> all;
    for (std::size_t f = 0; f < forms.size(); f++) {
        Random random(std::hash<std::string>()(forms[f].first));
        auto encoding = forms[f].second.encodings.begin();
        for (unsigned n = 0; n < PRIVILEGED_CASES; n++) {
            all.push_back({f, make_privileged_input(encoding->second, table, random)});
            if (++encoding == forms[f].second.encodings.end()) encoding = forms[f].second.encodings.begin();
        }
    }
    return all;
}

/// What ring 3's processor program does not show: segments, IF, and the flags and address that iret leaves.
std::optional<std::string> system_difference(const State& s, const Evaluate& value,
                                             const PrivilegedCase& after) {
    static constexpr const char* names[] = {"es", "cs", "ss", "ds", "fs", "gs"};
    for (unsigned n = 0; n < std::size(names); n++) {
        const Word expected = value(s.get(static_cast<Seg>(n)));
        if (!may_be(expected, after.selectors[n] & 0xffff))
            return fmt::format("{} is {:#x}, execute says otherwise", names[n], after.selectors[n]);
    }
    constexpr unsigned INTERRUPT_BIT = 9;
    if (!may_be(value(from_truth(s.flags.get(Flag::interrupt), 1)), after.eflags >> INTERRUPT_BIT & 1))
        return "IF is not what execute says";
    if (!s.ring3) return {};
    if (!may_be(value(s.ring3->ip), after.ip)) return fmt::format("ring 3 is entered at {:#x}", after.ip);
    const Word eflags = value(s.ring3->eflags & word32(USER_FLAGS));
    if (!may_be(eflags, after.eflags & USER_FLAGS))
        return fmt::format("eflags in ring 3 are {:#x}, execute says otherwise", after.eflags);
    return {};
}

std::optional<std::string> whole_difference(const Outcome& outcome, const Evaluate& value,
                                            const PrivilegedInput& before, const PrivilegedCase& after) {
    std::uint32_t arrived_at = after.ip ? after.ip : before.site.instruction.next();
    if (outcome.state.ring3) arrived_at = IN_RING_3;
    if (auto d = difference(outcome, value, before.input, after_bochs(before, after), arrived_at)) return d;
    return outcome.violation ? std::nullopt : system_difference(outcome.state, value, after);
}

void compare(z3::context& z3, const PrivilegedInput& before, const PrivilegedCase& after,
             FormResult& result) {
    const auto window = std::make_shared<Window>(z3);
    const Outcome outcome = execute_numbers(z3, window, before.site, before.selectors, before.input);
    auto how = whole_difference(
        outcome, [](const Word& w) { return w; }, before, after);
    result.cases++;
    if (result.symbolic < SYMBOLIC_RUNS && !how) {
        const SymbolicRun symbolic(z3, before.site, before.selectors, before.input);
        how = whole_difference(
            symbolic.outcome(), [&](const Word& w) { return symbolic.value(w); }, before, after);
        result.symbolic++;
    }
    if (!how || result.differences++ >= MOST_EXAMPLES) return;
    result.examples.push_back(fmt::format("{}: {} ({}) in Bochs on {}: {}", result.form,
                                          text(before.site.instruction), hex(before.site.code),
                                          describe(before.input), *how));
}

} // namespace

std::vector<FormResult> check_privileged(const std::vector<std::pair<std::string, FormOfCode>>& forms,
                                         const BochsFiles& files) {
    const auto count = static_cast<std::uint32_t>(forms.size() * PRIVILEGED_CASES);
    const PrivilegedTable table = table_for(count);
    const std::vector<Asked> asked = inputs_for(forms, table);
    std::vector<PrivilegedCase> cases;
    cases.reserve(asked.size());
    for (const auto& [form, input] : asked) cases.push_back(for_bochs(input));
    if (!cases.empty()) run_in_bochs(files, table, cases);
    std::vector<FormResult> results(forms.size());
    z3::context z3;
    for (std::size_t n = 0; n < asked.size(); n++) {
        FormResult& result = results[asked[n].form];
        result.form = forms[asked[n].form].first;
        result.occurrences = forms[asked[n].form].second.occurrences;
        result.wanted = PRIVILEGED_CASES;
        compare(z3, asked[n].input, cases[n], result);
    }
    return results;
}

} // namespace forkproof::proofs
