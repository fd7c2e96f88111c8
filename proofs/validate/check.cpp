#include "proofs/validate/check.hpp"
#include "proofs/validate/symbolic.hpp"
#include <algorithm>
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// Runs on unknown words per site: they cost a thousand times as much as those on numbers.
constexpr unsigned SYMBOLIC_RUNS = 3;
constexpr unsigned MOST_VOTES = 50; // of Unicorn on one site
constexpr unsigned SITES_WITH_SOLVER = 2;
constexpr unsigned MOST_SITES = 16;
/// Pairs are many, and each of their instructions has cases of its own.
constexpr unsigned FEWER_FOR_PAIRS = 10;

bool names_system_register(const Instruction& i) {
    for (unsigned n = 0; n < i.explicit_operands(); n++) {
        const auto& o = i.operands[n];
        if (o.type != ZYDIS_OPERAND_TYPE_REGISTER) continue;
        const auto kind = ZydisRegisterGetClass(o.reg.value);
        if (kind == ZYDIS_REGCLASS_CONTROL) return true;
        if (kind == ZYDIS_REGCLASS_SEGMENT && (o.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)) return true;
    }
    return false;
}

} // namespace

bool privileged(const Instruction& i) {
    switch (i.z.mnemonic) {
    case ZYDIS_MNEMONIC_CLI:
    case ZYDIS_MNEMONIC_STI:
    case ZYDIS_MNEMONIC_IN:
    case ZYDIS_MNEMONIC_OUT:
    case ZYDIS_MNEMONIC_OUTSB:
    case ZYDIS_MNEMONIC_INVLPG:
    case ZYDIS_MNEMONIC_CLTS:
    case ZYDIS_MNEMONIC_POPFD:
    case ZYDIS_MNEMONIC_IRETD: return true;
    default: return names_system_register(i);
    }
}

FormResult FormCheck::check(const std::string& name, const FormOfCode& form) {
    result_ = {};
    result_.form = name;
    result_.occurrences = form.occurrences;
    result_.wanted = form.pair ? (cases_ + FEWER_FOR_PAIRS - 1) / FEWER_FOR_PAIRS : cases_;
    Random random(std::hash<std::string>()(name));
    const auto sites = static_cast<unsigned>(std::min<std::size_t>(MOST_SITES, 2 * form.encodings.size()));
    const unsigned each = (result_.wanted + sites - 1) / sites;
    auto encoding = form.encodings.begin();
    for (unsigned n = 0; n < sites; n++) {
        // Once as it stands in the code, then with other immediates.
        const bool again = n >= form.encodings.size();
        if (n == form.encodings.size()) encoding = form.encodings.begin();
        check_site(site_of(encoding->second, again, random), each, random);
        ++encoding;
    }
    return result_;
}

void FormCheck::check_site(const Site& site, unsigned cases, Random& random) {
    votes_ = 0;
    std::vector<Case> inputs(std::min(cases, native::MOST_CASES));
    for (unsigned done = 0; done < cases; done += static_cast<unsigned>(inputs.size())) {
        inputs.resize(std::min<std::size_t>(inputs.size(), cases - done));
        for (auto& input : inputs) make_input(site, random, input);
        run(site, inputs);
    }
    for (unsigned n = 0; n < SYMBOLIC_RUNS; n++) {
        make_input(site, random, inputs[0]);
        const SymbolicRun symbolic(z3_, site, processor_.selectors(), inputs[0]);
        run(site, std::span(inputs).first(1));
        result_.symbolic++;
        if (const auto how = symbolic.difference_to(processor_.cases()[0]))
            differs(site, inputs[0], "(unknowns) " + *how);
        if (n > 0 || result_.symbolic > SITES_WITH_SOLVER * SYMBOLIC_RUNS) continue;
        const auto made = symbolic.inputs_for_each_decision();
        run(site, made);
        result_.by_solver += static_cast<unsigned>(made.size());
    }
}

void FormCheck::run(const Site& site, std::span<const Case> inputs) {
    std::copy(inputs.begin(), inputs.end(), processor_.cases());
    processor_.run(site, static_cast<std::uint32_t>(inputs.size()));
    const auto window = std::make_shared<Window>(z3_);
    const auto same = [](const Word& w) { return w; };
    for (std::size_t n = 0; n < inputs.size(); n++) {
        const Outcome outcome = execute_numbers(z3_, window, site, processor_.selectors(), inputs[n]);
        if (const auto how = difference(outcome, same, inputs[n], processor_.cases()[n],
                                        arrived_at(site, processor_.cases()[n])))
            differs(site, inputs[n], *how);
        if (unicorn_) vote(site, inputs[n], outcome);
    }
    result_.cases += static_cast<unsigned>(inputs.size());
}

void FormCheck::vote(const Site& site, const Case& input, const Outcome& outcome) {
    if (votes_ == MOST_VOTES || !unicorn_may_vote(site.instruction)) return;
    votes_++;
    result_.unicorn_cases++;
    const Case after = unicorn_->run(site, input);
    const auto same = [](const Word& w) { return w; };
    const auto how = difference(outcome, same, input, after, arrived_at(site, after));
    if (how && result_.unicorn_differences++ < MOST_EXAMPLES)
        result_.votes.push_back(fmt::format("Unicorn: {}: {} ({}) on {}: {}", result_.form,
                                            text(site.instruction), hex(site.code), describe(input), *how));
}

void FormCheck::differs(const Site& site, const Case& input, const std::string& how) {
    if (result_.differences++ < MOST_EXAMPLES)
        result_.examples.push_back(fmt::format("{}: {} ({}) on {}: {}", result_.form, text(site.instruction),
                                               hex(site.code), describe(input), how));
}

} // namespace forkproof::proofs
