#include "proofs/machine/flags.hpp"

namespace forkproof::proofs {

namespace {

constexpr const char* names[] = {"CF", "PF", "AF", "ZF", "SF", "OF", "DF", "IF"};
/// Bits of eflags (Intel SDM volume 1, section 3.4.3).
constexpr unsigned positions[] = {0, 2, 4, 6, 7, 11, 10, 9};
constexpr unsigned ALWAYS_ONE = 1, EFLAGS_BITS = 22;

Truth top(const Word& w) { return bit(w, w.width() - 1); }

Truth even_parity(const Word& w) {
    Truth odd = false;
    for (unsigned i = 0; i < 8; i++) odd = odd ^ bit(w, i);
    return !odd;
}

/// The carry out of a + b + carry_in: of two operands a comparison, which solvers like best.
Truth carry(const Word& a, const Word& b, const Truth& carry_in) {
    if (carry_in.known() && !carry_in.value()) return ult(a + b, a);
    const unsigned w = a.width() + 1;
    return top(zext(a, w) + zext(b, w) + from_truth(carry_in, w));
}
/// The borrow of a - b - borrow_in. Where borrow_in is that of lower digits, it is the comparison of both
/// together: cmp and sbb compare 64 bits.
Truth borrow(const Word& a, const Word& b, const Truth& borrow_in) {
    if (borrow_in.known()) return borrow_in.value() ? !ult(b, a) : ult(a, b);
    const z3::expr& lower = borrow_in.term();
    if (lower.is_app() && lower.decl().decl_kind() == Z3_OP_ULT &&
        a.width() + lower.arg(0).get_sort().bv_size() <= 64)
        return ult(concat(a, Word(lower.arg(0))), concat(b, Word(lower.arg(1))));
    return ult(a, b) || (eq(a, b) && borrow_in);
}

} // namespace

Flags::Flags() : last_{word32(0), word32(0), word32(0), false} {}

void Flags::add(const Word& a, const Word& b, const Word& result, const Truth& carry_in) {
    last_ = {a, b, result, carry_in};
    for (const Flag f : {Flag::cf, Flag::pf, Flag::af, Flag::zf, Flag::sf, Flag::of})
        sources_[static_cast<int>(f)] = {From::add, false};
}
void Flags::sub(const Word& a, const Word& b, const Word& result, const Truth& borrow_in) {
    last_ = {a, b, result, borrow_in};
    for (const Flag f : {Flag::cf, Flag::pf, Flag::af, Flag::zf, Flag::sf, Flag::of})
        sources_[static_cast<int>(f)] = {From::sub, false};
}
void Flags::logic(const Word& result) {
    of_result(result);
    set(Flag::cf, false);
    set(Flag::of, false);
    set_undefined(Flag::af);
}
void Flags::of_result(const Word& result) {
    // The others may still hang on the operation before: they are worked out now.
    for (const Flag f : {Flag::cf, Flag::af, Flag::of})
        if (defined(f)) set(f, get(f));
    last_ = {result, result, result, false};
    for (const Flag f : {Flag::pf, Flag::zf, Flag::sf}) sources_[static_cast<int>(f)] = {From::result, false};
}
void Flags::set(Flag flag, const Truth& value) { sources_[static_cast<int>(flag)] = {From::value, value}; }
void Flags::set_undefined(Flag flag) { sources_[static_cast<int>(flag)] = {From::undefined, false}; }

bool Flags::defined(Flag flag) const { return sources_[static_cast<int>(flag)].from != From::undefined; }

Truth Flags::get(Flag flag) const {
    const Source& source = sources_[static_cast<int>(flag)];
    if (source.from == From::value) return source.value;
    if (source.from == From::undefined)
        throw Violation(std::string("the flag ") + names[static_cast<int>(flag)] +
                        " is used, which the instruction before leaves undefined");
    const Operation& o = last_;
    switch (flag) {
    case Flag::pf: return even_parity(extract(o.result, 7, 0));
    case Flag::zf:
        if (source.from == From::sub && o.carry_in.known() && !o.carry_in.value()) return eq(o.a, o.b);
        return is_zero(o.result);
    case Flag::sf: return top(o.result);
    case Flag::af: return bit(o.a ^ o.b ^ o.result, 4);
    case Flag::cf:
        return source.from == From::add ? carry(o.a, o.b, o.carry_in) : borrow(o.a, o.b, o.carry_in);
    case Flag::of:
        if (source.from == From::add) return top((o.a ^ o.result) & (o.b ^ o.result));
        return top((o.a ^ o.b) & (o.a ^ o.result));
    default: break;
    }
    throw CannotTell("a flag that no operation sets");
}

std::optional<std::pair<Word, Word>> Flags::operands_of_cf(From operation) const {
    const bool first_digits = last_.carry_in.known() && !last_.carry_in.value();
    if (sources_[static_cast<int>(Flag::cf)].from != operation || !first_digits) return {};
    return std::pair{last_.a, last_.b};
}

Truth Flags::condition(Condition c) const {
    const int code = static_cast<int>(c);
    auto from_sub = [&](Flag f) { return sources_[static_cast<int>(f)].from == From::sub; };
    const bool plain_sub = from_sub(Flag::cf) && from_sub(Flag::zf) && from_sub(Flag::sf) &&
                           from_sub(Flag::of) && last_.carry_in.known() && !last_.carry_in.value();
    Truth even = false;
    switch (static_cast<Condition>(code & ~1)) {
    case Condition::o: even = get(Flag::of); break;
    case Condition::b: even = get(Flag::cf); break;
    case Condition::e: even = get(Flag::zf); break;
    case Condition::be: even = plain_sub ? !ult(last_.b, last_.a) : get(Flag::cf) || get(Flag::zf); break;
    case Condition::s: even = get(Flag::sf); break;
    case Condition::p: even = get(Flag::pf); break;
    case Condition::l: even = plain_sub ? slt(last_.a, last_.b) : get(Flag::sf) ^ get(Flag::of); break;
    default:
        even = plain_sub ? !slt(last_.b, last_.a) : get(Flag::zf) || (get(Flag::sf) ^ get(Flag::of));
        break;
    }
    return code & 1 ? !even : even;
}

Word Flags::word(const std::optional<Word>& garbage) const {
    Word w(EFLAGS_BITS, 1U << ALWAYS_ONE);
    for (int f = 0; f < 8; f++) {
        const auto flag = static_cast<Flag>(f);
        const Word one = defined(flag) || !garbage
                             ? from_truth(get(flag), EFLAGS_BITS)
                             : zext(extract(*garbage, positions[f], positions[f]), EFLAGS_BITS);
        w = w | shl(one, Word(EFLAGS_BITS, positions[f]));
    }
    return zext(w, 32);
}

} // namespace forkproof::proofs
