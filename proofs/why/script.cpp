#include "proofs/why/script.hpp"
#include "proofs/why/told.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs::why {

std::string script_of(const RuleWhy& why) {
    const Witness& witness = why.witness ? *why.witness : why.pair.value();
    const std::string rules = why.witness ? why.rule.name : why.rule.name + "," + why.together;
    const std::string names = fmt::format("{}", fmt::join(witness.names(), " "));
    std::string text =
        fmt::format("# without {} {} breaks at call {}\nrule {}\n", rules, names, witness.at(), rules);
    text += why.rule.kind == RuleKind::effect ? "effect\n"
                                              : fmt::format("errno {}\n", errno_name(why.rule.errno_value));
    text += fmt::format("breaks {}\nat {}\n", names, witness.at());
    if (witness.refused != witness.at()) text += fmt::format("refused {}\n", witness.refused);
    if (witness.max_threads != 0) text += fmt::format("setup machine max_threads={}\n", witness.max_threads);
    if (witness.start == Start::user) text += "setup init clone() -> user\nsetup user setuid(nobody)\n";
    if (witness.nproc != 0)
        text += fmt::format("setup {} setrlimit(NPROC, {})\n", witness.calls.back().who, witness.nproc);
    for (std::size_t i = 0; i < witness.calls.size(); i++)
        text += fmt::format("{} {}\n", i + 1, witness.calls[i].line());
    return text;
}

} // namespace forkproof::proofs::why
