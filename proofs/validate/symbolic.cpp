#include "proofs/validate/symbolic.hpp"
#include "proofs/machine/semantics.hpp"
#include <algorithm>
#include <cstring>
#include <fmt/core.h>
#include <set>

namespace forkproof::proofs {

using namespace native;

namespace {

constexpr const char* register_names[] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
constexpr unsigned SOLVER_EFFORT = 200'000; // rlimit of one query; what takes more is left out

/// The conditions of all ite in a term.
class Conditions {
  public:
    explicit Conditions(std::vector<z3::expr>& found) : found_(found) {}
    void of(const z3::expr& e) {
        if (!seen_.insert(e.id()).second || !e.is_app()) return;
        if (e.decl().decl_kind() == Z3_OP_ITE) found_.push_back(e.arg(0));
        for (unsigned n = 0; n < e.num_args(); n++) of(e.arg(n));
    }

  private:
    std::vector<z3::expr>& found_;
    std::set<unsigned> seen_;
};

std::uint32_t word_at(const Case& c, std::uint32_t address) {
    std::uint32_t word = 0;
    std::memcpy(&word, c.window + (address - WINDOW_AT), sizeof word);
    return word;
}

} // namespace

Word UnknownWindow::initial(std::uint32_t address) const {
    if (known) return Window::initial(address);
    const auto found = words_.find(address);
    if (found != words_.end()) return Word(found->second);
    const z3::expr word = z3_.bv_const(fmt::format("[{:#x}]", address).c_str(), 32);
    words_.emplace(address, word);
    return Word(word);
}

SymbolicRun::SymbolicRun(z3::context& z3, const Site& site, std::span<const std::uint16_t, 6> selectors,
                         const Case& input)
    : z3_(z3), site_(site), input_(input),
      window_(std::make_shared<UnknownWindow>(z3)), outcome_{State(z3, Memory(window_)), {}} {
    State& s = outcome_.state;
    window_->known = site.instruction.z.meta.category == ZYDIS_CATEGORY_RET;
    window_->show(input_);
    s.ip = CODE_AT;
    for (int r = 0; r < 8; r++) {
        registers_.push_back(z3.bv_const(register_names[r], 32));
        s.set(static_cast<Reg>(r), Word(registers_.back()));
    }
    for (int r = 0; r < 6; r++) s.set(static_cast<Seg>(r), Word(16, selectors[static_cast<std::size_t>(r)]));
    for (const auto& [flag, position] : FLAG_BITS) {
        flags_.push_back(z3.bool_const(fmt::format("flag {}", position).c_str()));
        s.flags.set(flag, Truth(flags_.back()));
    }
    s.flags.set(Flag::interrupt, (input_.eflags & EFLAGS_IF) != 0);
    open_call(s, input_);
    follow_input();
}

void SymbolicRun::follow_input() {
    State& s = outcome_.state;
    for (;;) {
        try {
            if (site_.before && s.ip == site_.before->address) execute(s, *site_.before);
            return execute(s, site_.instruction);
        } catch (const Fork& fork) {
            const z3::expr value = under_input(fork.on);
            if (fork.on.is_bool()) {
                forks_.push_back(fork.on);
                s.learn(fork.on, value.is_true());
            } else {
                addresses_.push_back(fork.on == value);
                s.learn(fork.on, value.get_numeral_uint64());
            }
        } catch (const Violation& violation) {
            outcome_.violation = violation.what();
            return;
        }
    }
}

z3::expr SymbolicRun::under_input(const z3::expr& term) const {
    z3::expr_vector from(z3_), to(z3_);
    for (std::size_t r = 0; r < 8; r++) {
        from.push_back(registers_[r]);
        to.push_back(z3_.bv_val(static_cast<std::uint64_t>(input_.registers[r]), 32));
    }
    for (std::size_t f = 0; f < std::size(FLAG_BITS); f++) {
        from.push_back(flags_[f]);
        to.push_back(z3_.bool_val((input_.eflags >> FLAG_BITS[f].bit & 1) != 0));
    }
    for (const auto& [address, word] : window_->words()) {
        from.push_back(word);
        to.push_back(z3_.bv_val(static_cast<std::uint64_t>(word_at(input_, address)), 32));
    }
    z3::expr copy = term;
    return copy.substitute(from, to).simplify();
}

Word SymbolicRun::value(const Word& w) const { return w.known() ? w : Word(under_input(w.term())); }

std::optional<std::string> SymbolicRun::difference_to(const Case& after) const {
    const auto evaluate = [&](const Word& w) { return value(w); };
    return difference(outcome_, evaluate, input_, after, arrived_at(site_, after));
}

std::vector<z3::expr> SymbolicRun::decisions() const {
    std::vector<z3::expr> found = forks_;
    Conditions conditions(found);
    const State& s = outcome_.state;
    for (int r = 0; r < 8; r++)
        if (const Word& w = s.get(static_cast<Reg>(r)); !w.known()) conditions.of(w.term());
    for (const auto& [address, written] : s.memory.written())
        if (!written.value.known()) conditions.of(written.value.term());
    for (const auto& [flag, position] : FLAG_BITS) {
        if (!s.flags.defined(flag)) continue;
        const Truth value = s.flags.get(flag);
        if (value.known() || value.term().is_const()) continue; // as it was before
        found.push_back(value.term());
        conditions.of(value.term());
    }
    return found;
}

Case SymbolicRun::input_of(const z3::model& model) const {
    Case made = input_;
    std::uint64_t number = 0;
    auto value = [&](const z3::expr& e) { return model.eval(e, false).is_numeral_u64(number); };
    for (int r = 0; r < 8; r++)
        if (value(registers_[static_cast<std::size_t>(r)]))
            made.registers[r] = static_cast<std::uint32_t>(number);
    for (std::size_t f = 0; f < std::size(FLAG_BITS); f++) {
        const z3::expr chosen = model.eval(flags_[f], false);
        const std::uint32_t mask = 1U << FLAG_BITS[f].bit;
        if (chosen.is_true()) made.eflags |= mask;
        if (chosen.is_false()) made.eflags &= ~mask;
    }
    for (const auto& [address, word] : window_->words()) {
        if (!value(word)) continue;
        const auto chosen = static_cast<std::uint32_t>(number);
        std::memcpy(made.window + (address - WINDOW_AT), &chosen, sizeof chosen);
    }
    return made;
}

std::vector<Case> SymbolicRun::inputs_for_each_decision() const {
    std::vector<Case> made;
    z3::solver solver(z3_, "QF_BV");
    z3::params effort(z3_);
    effort.set("rlimit", SOLVER_EFFORT);
    solver.set(effort);
    for (const auto& address : addresses_) solver.add(address);
    for (const auto& decision : decisions())
        for (const z3::expr& wanted : {decision, !decision}) {
            solver.push();
            solver.add(wanted);
            if (solver.check() == z3::sat) made.push_back(input_of(solver.get_model()));
            solver.pop();
        }
    return made;
}

} // namespace forkproof::proofs
