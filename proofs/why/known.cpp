#include "proofs/why/known.hpp"

namespace forkproof::proofs::why {
namespace {

bool is_value(const z3::expr& e) { return e.is_numeral() || e.is_true() || e.is_false(); }

/// "parent(1)": a field of the first state, in one place.
bool is_read(const z3::expr& e) {
    return e.is_app() && e.decl().decl_kind() == Z3_OP_UNINTERPRETED && e.num_args() == 1 &&
           is_value(e.arg(0));
}

} // namespace

void Known::number(const z3::expr& constant) { say(constant, constant.ctx().int_val(next_++)); }

void Known::say(const z3::expr& constant, const z3::expr& value) {
    names_.push_back(constant);
    numbers_.push_back(value);
}

void Known::learn(const z3::expr& fact) {
    if (fact.is_and()) {
        for (unsigned i = 0; i < fact.num_args(); i++) learn(fact.arg(i));
        return;
    }
    const z3::expr plain = named(fact);
    auto put = [&](const z3::expr& read, const z3::expr& value) {
        reads_.push_back(read);
        values_.push_back(value);
    };
    z3::context& z3 = fact.ctx();
    if (is_read(plain)) put(plain, z3.bool_val(true));
    if (plain.is_not() && is_read(plain.arg(0))) put(plain.arg(0), z3.bool_val(false));
    if (!plain.is_eq()) return;
    if (is_read(plain.arg(0)) && is_value(plain.arg(1))) put(plain.arg(0), plain.arg(1));
    if (is_read(plain.arg(1)) && is_value(plain.arg(0))) put(plain.arg(1), plain.arg(0));
}

z3::expr Known::named(const z3::expr& term) const {
    return z3::expr(term).substitute(names_, numbers_).simplify();
}

z3::expr Known::operator()(const z3::expr& term) const {
    // What is read may be read of something that is read: until nothing changes.
    z3::expr now = named(term);
    for (;;) {
        const z3::expr next = z3::expr(now).substitute(reads_, values_).simplify();
        if (z3::eq(now, next)) return now;
        now = next;
    }
}

} // namespace forkproof::proofs::why
