#include "proofs/induction/rows.hpp"
#include "invariants/privilege.hpp"
#include "proofs/induction/auxiliary.hpp"

namespace forkproof::proofs::induction {
namespace {

struct Sorted {
    std::vector<InvariantRow> modelled;
    std::vector<LeftOut> left_out;
};

template <class Table>
void sort(Sorted& into, const Table& table, bool auxiliary) {
    z3::context z3;
    const State state(z3);
    const ProofView trial(state, {state.sorts.nobody}, {state.sorts.nil});
    auto one = [&](const auto& row) {
        try {
            (void)row.holds(trial);
            into.modelled.push_back(
                {row.name, row.sentence, [row](const ProofView& v) { return row.holds(v); }, auxiliary});
        } catch (const NotModelled& what) {
            into.left_out.push_back({row.name, what.what()});
        }
    };
    std::apply([&](const auto&... row) { (one(row), ...); }, table);
}

const Sorted& sorted() {
    static const Sorted all = [] {
        Sorted s;
        sort(s, invariants, false);
        sort(s, privilege_invariants, false);
        sort(s, auxiliary_invariants, true);
        return s;
    }();
    return all;
}

} // namespace

const std::vector<InvariantRow>& modelled_invariants() { return sorted().modelled; }
const std::vector<LeftOut>& invariants_left_out() { return sorted().left_out; }

} // namespace forkproof::proofs::induction
