#include "proofs/machine/divisions.hpp"
#include <algorithm>
#include <set>

namespace forkproof::proofs {

namespace {

bool is_quotient(Z3_decl_kind kind) { return kind == Z3_OP_BUDIV || kind == Z3_OP_BUDIV_I; }
bool is_remainder(Z3_decl_kind kind) { return kind == Z3_OP_BUREM || kind == Z3_OP_BUREM_I; }

void collect_names(const z3::expr& e, std::set<unsigned>& seen, std::vector<z3::expr>& names) {
    if (!e.is_app() || !seen.insert(e.id()).second) return;
    if (e.is_const() && e.decl().decl_kind() == Z3_OP_UNINTERPRETED) names.push_back(e);
    for (unsigned i = 0; i < e.num_args(); i++) collect_names(e.arg(i), seen, names);
}

} // namespace

const Divisions::Known& Divisions::rewrite(const z3::expr& e) {
    if (const auto found = known_.find(e.id()); found != known_.end()) return found->second;
    Known k{e, e, {}};
    if (e.is_app() && e.num_args() != 0) {
        z3::expr_vector arguments(e.ctx());
        for (unsigned i = 0; i < e.num_args(); i++) {
            const Known& argument = rewrite(e.arg(i));
            arguments.push_back(argument.rewritten);
            k.divisions.insert(k.divisions.end(), argument.divisions.begin(), argument.divisions.end());
        }
        const Z3_decl_kind kind = e.decl().decl_kind();
        if (is_quotient(kind) || is_remainder(kind)) {
            k.rewritten =
                e.ctx().bv_const(("division " + std::to_string(e.id())).c_str(), e.get_sort().bv_size());
            const z3::expr dividend = arguments[0], divisor = arguments[1];
            const z3::expr bound =
                is_quotient(kind) ? z3::ule(k.rewritten, dividend) : z3::ult(k.rewritten, divisor);
            bounds_.emplace(e.id(), divisor == 0 || bound);
            k.divisions.push_back(e.id());
        } else if (!k.divisions.empty()) {
            k.rewritten = e.decl()(arguments);
        }
        std::sort(k.divisions.begin(), k.divisions.end());
        k.divisions.erase(std::unique(k.divisions.begin(), k.divisions.end()), k.divisions.end());
    }
    return known_.emplace(e.id(), std::move(k)).first->second;
}

z3::expr Divisions::unknown(const z3::expr& e) {
    const Known& k = rewrite(e);
    z3::expr all = k.rewritten;
    for (const unsigned id : k.divisions) all = all && bounds_.at(id);
    return all;
}

std::vector<z3::expr> Divisions::depend_on(const z3::expr& e) {
    std::vector<z3::expr> names;
    std::set<unsigned> seen;
    for (const unsigned id : rewrite(e).divisions) collect_names(known_.at(id).original, seen, names);
    return names;
}

} // namespace forkproof::proofs
