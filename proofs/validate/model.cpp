#include "proofs/validate/model.hpp"
#include "proofs/machine/semantics.hpp"
#include <cstring>
#include <fmt/core.h>

namespace forkproof::proofs {

using namespace native;

namespace {

constexpr const char* register_names[] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
constexpr const char* flag_names[] = {"CF", "PF", "AF", "ZF", "SF", "DF", "OF"};

std::uint32_t word_of(const Case& c, std::uint32_t address) {
    std::uint32_t word = 0;
    std::memcpy(&word, c.window + (address - WINDOW_AT), sizeof word);
    return word;
}

std::string show(const Word& w) { return w.known() ? fmt::format("{:#x}", w.value()) : w.term().to_string(); }

std::optional<std::string> register_difference(const State& s, const Evaluate& value, const Case& after) {
    for (int r = 0; r < 8; r++) {
        const Word expected = value(s.get(static_cast<Reg>(r)));
        if (!may_be(expected, after.registers[r]))
            return fmt::format("{} is {:#x}, execute says {}", register_names[r], after.registers[r],
                               show(expected));
    }
    return {};
}

std::optional<std::string> flag_difference(const State& s, const Evaluate& value, const Case& after) {
    int name = 0;
    for (const auto& [flag, position] : FLAG_BITS) {
        const char* const flag_name = flag_names[name++];
        if (!s.flags.defined(flag)) continue;
        const Word expected = value(from_truth(s.flags.get(flag), 1));
        const unsigned found = after.eflags >> position & 1;
        if (!may_be(expected, found))
            return fmt::format("{} is {}, execute says {}", flag_name, found, show(expected));
    }
    return {};
}

std::optional<std::string> memory_difference(const State& s, const Evaluate& value, const Case& before,
                                             const Case& after) {
    if (after.spilled) return "writes outside the window";
    Case untouched; // what the processor may not have changed
    std::memcpy(untouched.window, after.window, WINDOW_BYTES);
    for (const auto& [address, written] : s.memory.written()) {
        const Word expected = value(written.value);
        const auto found = word_of(after, address);
        if (!may_be(expected, found))
            return fmt::format("[{:#x}] is {:#x}, execute says {}", address, found, show(expected));
        const auto old = word_of(before, address);
        std::memcpy(untouched.window + (address - WINDOW_AT), &old, sizeof old);
    }
    for (auto address = WINDOW_AT; address < WINDOW_AT + WINDOW_BYTES; address += 4)
        if (word_of(untouched, address) != word_of(before, address))
            return fmt::format("[{:#x}] is {:#x}, execute leaves it {:#x}", address, word_of(after, address),
                               word_of(before, address));
    return {};
}

} // namespace

Word Window::initial(std::uint32_t address) const { return word32(word_of(*input_, address)); }

void Window::check(std::uint32_t address, unsigned bytes, bool) const {
    if (address - WINDOW_AT > WINDOW_BYTES - bytes)
        throw Violation(fmt::format("{} bytes at {:#x} are outside the window", bytes, address));
}

Word Window::any(const std::string& name, unsigned width) const {
    return Word(z3_.bv_const(name.c_str(), width));
}

std::uint32_t arrived_at(const Site& site, const Case& after) {
    return after.arrived == Arrived::at_taken ? TAKEN_AT : site.instruction.next();
}

void open_call(State& state, const Case& input) {
    state.calls.push_back({native::CODE_AT, TAKEN_AT, input.registers[static_cast<int>(Reg::esp)]});
}

Outcome execute_numbers(z3::context& z3, const std::shared_ptr<Window>& window, const Site& site,
                        std::span<const std::uint16_t, 6> selectors, const Case& input) {
    window->show(input);
    Outcome outcome{State(z3, Memory(window)), {}};
    State& s = outcome.state;
    s.ip = CODE_AT;
    for (int r = 0; r < 8; r++) s.set(static_cast<Reg>(r), word32(input.registers[r]));
    for (int r = 0; r < 6; r++) s.set(static_cast<Seg>(r), Word(16, selectors[static_cast<std::size_t>(r)]));
    for (const auto& [flag, position] : FLAG_BITS) s.flags.set(flag, (input.eflags >> position & 1) != 0);
    s.flags.set(Flag::interrupt, (input.eflags & EFLAGS_IF) != 0);
    open_call(s, input);
    try {
        if (site.before) execute(s, *site.before);
        execute(s, site.instruction);
    } catch (const Violation& violation) {
        outcome.violation = violation.what();
    } catch (const Fork& fork) {
        outcome.violation = "divides the path although all is known: " + fork.on.to_string();
    }
    return outcome;
}

bool may_be(const Word& word, std::uint64_t value) {
    if (word.known()) return word.value() == value;
    const z3::expr& e = word.term();
    if (e.is_const()) return true;
    if (e.is_app() && e.decl().decl_kind() == Z3_OP_EXTRACT) return e.arg(0).is_const();
    if (!e.is_app() || e.decl().decl_kind() != Z3_OP_CONCAT) return false;
    unsigned low = 0;
    for (unsigned n = e.num_args(); n-- > 0;) {
        const Word piece(e.arg(n));
        if (!may_be(piece, Word(piece.width(), value >> low).value())) return false;
        low += piece.width();
    }
    return true;
}

std::optional<std::string> difference(const Outcome& outcome, const Evaluate& value, const Case& before,
                                      const Case& after, std::uint32_t arrived_at) {
    if (outcome.violation && after.signal) return {};
    if (outcome.violation) return "does not fault, execute says: " + *outcome.violation;
    if (after.signal) return fmt::format("faults (signal {}), execute does not", after.signal);
    const State& s = outcome.state;
    if (auto d = register_difference(s, value, after)) return d;
    if (auto d = flag_difference(s, value, after)) return d;
    if (s.ip != arrived_at) return fmt::format("goes to {:#x}, execute says {:#x}", arrived_at, s.ip);
    return memory_difference(s, value, before, after);
}

std::string describe(const Case& input) {
    std::string line;
    for (int r = 0; r < 8; r++) line += fmt::format("{}={:#x} ", register_names[r], input.registers[r]);
    int name = 0;
    for (const auto& [flag, position] : FLAG_BITS) {
        if (input.eflags >> position & 1) line += fmt::format("{} ", flag_names[name]);
        name++;
    }
    line.pop_back();
    return line;
}

} // namespace forkproof::proofs
