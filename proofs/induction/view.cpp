#include "proofs/induction/view.hpp"

namespace forkproof::proofs::induction {

z3::expr ProofView::no_dangling_pointer() const {
    return all([this](const TaskTerm& a) {
        const State& s = *s_;
        const z3::expr& t = a.term();
        const z3::expr& nil = s.sorts.nil;
        z3::expr holds = s.listed(s.leader(t)) && (s.parent(t) == s.sorts.nobody || s.listed(s.parent(t))) &&
                         s.user_exists(s.user(t)) && s.user_ns_exists(s.user_ns(s.user(t))) &&
                         s.pid_ns_exists(s.pid_ns(t)) &&
                         (s.reaper(s.pid_ns(t)) == s.sorts.nobody || s.listed(s.reaper(s.pid_ns(t)))) &&
                         (s.vfork_waiter(t) == s.sorts.nobody || s.listed(s.vfork_waiter(t)));
        for (const State::Kind& k : s.kinds) {
            const z3::expr object = (s.*k.held)(t);
            holds = holds && (object == nil || k.exists(object));
        }
        return holds;
    });
}

z3::expr ProofView::is_whole(const TaskTerm& a) const {
    const State& s = *s_;
    const z3::expr& nil = s.sorts.nil;
    const z3::expr& t = a.term();
    return t != s.sorts.nobody && s.signal(t) != nil && s.sighand(t) != nil && s.pid_ns(t) != nil &&
           z3::ite(s.exiting(t), s.mm(t) == nil && s.fs(t) == nil && s.nsproxy(t) == nil && s.undo(t) == nil,
                   (s.mm(t) == nil) == s.kernel(t) && s.fs(t) != nil && s.nsproxy(t) != nil) &&
           z3::implies(s.kernel(t), !s.exiting(t) && s.parent(t) == s.sorts.nobody);
}

} // namespace forkproof::proofs::induction
