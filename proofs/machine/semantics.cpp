#include "proofs/machine/semantics_parts.hpp"
#include <array>
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

struct Known {
    Semantics semantics = nullptr;
    bool moves_ip = false;
};

const Known& known(const Instruction& i) {
    static const auto table = [] {
        std::array<Known, ZYDIS_MNEMONIC_MAX_VALUE + 1> all{};
        for (const auto family :
             {semantics_of_moves(), semantics_of_stack(), semantics_of_arithmetic(), semantics_of_products(),
              semantics_of_shifts(), semantics_of_bits(), semantics_of_strings(), semantics_of_system()})
            for (const auto& entry : family) all[entry.mnemonic] = {entry.semantics, false};
        for (const auto& entry : semantics_of_control()) all[entry.mnemonic] = {entry.semantics, true};
        return all;
    }();
    return table[i.z.mnemonic];
}

} // namespace

bool has_semantics(const Instruction& i) { return known(i).semantics; }

void execute(State& s, const Instruction& i) {
    const Known& what = known(i);
    if (!what.semantics) throw no_semantics(i);
    what.semantics(s, i);
    if (!what.moves_ip) s.ip = i.next();
}

CannotTell no_semantics(const Instruction& i) {
    return CannotTell(fmt::format("the instruction {} at {:#x} has no semantics", text(i), i.address));
}

} // namespace forkproof::proofs
