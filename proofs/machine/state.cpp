#include "proofs/machine/state.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {
template <std::size_t... I>
std::array<Word, sizeof...(I)> zeros(unsigned width, std::index_sequence<I...>) {
    return {((void)I, Word(width, 0))...};
}
/// Where the kernel's stacks lie (kernel/mm/stack.cpp).
constexpr std::uint32_t KERNEL_STACKS = 0xf8000000;
/// How far below esp a stack may reach (kernel/mm/stack.hpp: 8 KB).
constexpr std::uint32_t BELOW_ESP = 0x2000;
/// What stands above its own part in a register.
constexpr unsigned HIGH_BYTE = 8;
} // namespace

State::State(z3::context& context, Memory start)
    : memory(std::move(start)), z3_(&context), registers_(zeros(32, std::make_index_sequence<8>())),
      segments_(zeros(16, std::make_index_sequence<6>())) {}

void State::set(Reg r, Word value) {
    if (r == Reg::esp && value.known() && value.value() < lowest_esp)
        lowest_esp = static_cast<std::uint32_t>(value.value());
    registers_[static_cast<int>(r)] = std::move(value);
}

Word State::get_part(Reg r, unsigned width, bool high) const {
    const unsigned low = high ? HIGH_BYTE : 0;
    return extract(get(r), low + width - 1, low);
}

void State::set_part(Reg r, const Word& value, bool high) {
    const unsigned low = high ? HIGH_BYTE : 0, end = low + value.width();
    Word whole = value;
    if (end != 32) whole = concat(extract(get(r), 31, end), whole);
    if (low != 0) whole = concat(whole, extract(get(r), low - 1, 0));
    set(r, whole);
}

void State::set(Seg s, Word selector) { segments_[static_cast<int>(s)] = std::move(selector); }

bool State::decide(const Truth& condition) const {
    if (condition.known()) return condition.value();
    const bool negated = condition.term().is_app() && condition.term().decl().decl_kind() == Z3_OP_NOT;
    const z3::expr on = negated ? condition.term().arg(0) : condition.term();
    const auto fact = facts_.find(on.id());
    if (fact == facts_.end()) throw Fork{on};
    return (fact->second.value != 0) != negated;
}

std::uint64_t State::resolve(const Word& word) const {
    if (word.known()) return word.value();
    const auto fact = facts_.find(word.term().id());
    if (fact == facts_.end()) throw Fork{word.term()};
    return fact->second.value;
}

void State::touch(std::uint32_t at, unsigned bytes, bool write) const {
    const auto* found = memory.block_at(at);
    if (!found) return memory.backing().check(at, bytes, write);
    const auto& [start, block] = *found;
    const std::string what = fmt::format("{} of {} ({:#x})", write ? "write" : "read", block.name, at);
    if (!decide(block.alive)) throw Violation(what + ", which has been freed");
    if (at + bytes > start + block.size) throw Violation(what + " beyond its end");
}

Word State::load(const Word& at, unsigned bytes) const {
    const std::uint32_t where = address(at);
    // What lies below esp belongs to nobody: on a stack of the kernel the next interrupt writes there.
    if (const Word& esp = get(Reg::esp); esp.known() && esp.value() >= KERNEL_STACKS && where < esp.value() &&
                                         where >= esp.value() - BELOW_ESP)
        throw Violation(fmt::format("read of {:#x}, which is below the stack pointer", where));
    touch(where, bytes, false);
    return memory.peek(where, bytes);
}

void State::store(const Word& at, const Word& value) {
    const std::uint32_t where = address(at);
    touch(where, value.width() / 8, true);
    memory.poke(where, value, ip);
}

void State::push(const Word& value) {
    const Word top = get(Reg::esp) - word32(value.width() / 8);
    store(top, value);
    set(Reg::esp, top);
}

Word State::pop(unsigned bytes) {
    const Word value = load(get(Reg::esp), bytes);
    set(Reg::esp, get(Reg::esp) + word32(bytes));
    return value;
}

void State::enter(std::uint32_t target, std::uint32_t return_address) {
    push(word32(return_address));
    note(Event::Kind::call, ip, target);
    calls.push_back({target, return_address, address(get(Reg::esp))});
    ip = target;
}

void State::leave(unsigned extra_bytes) {
    if (calls.empty()) throw Violation("a ret without a call");
    const std::uint32_t esp = address(get(Reg::esp));
    const OpenCall& open = calls.back();
    if (esp != open.esp)
        throw Violation(fmt::format("ret with the stack pointer off by {} bytes",
                                    static_cast<std::int32_t>(esp - open.esp)));
    const Word target = pop();
    if (!target.is(open.return_address))
        throw Violation("the return address on the stack has been overwritten");
    set(Reg::esp, get(Reg::esp) + word32(extra_bytes));
    note(Event::Kind::returned, ip, open.return_address);
    ip = open.return_address;
    calls.pop_back();
}

Word State::unknown(const std::string& name, unsigned width) {
    return memory.backing().any(fmt::format("{} #{}", name, names++), width);
}

void State::assume(const z3::expr& condition) {
    if (!condition.is_true()) conditions_.push_back(condition);
}

void State::learn(const z3::expr& on, std::uint64_t value) {
    facts_.insert_or_assign(on.id(), Fact{on, value});
}

void State::keep_facts_of(const State& other) {
    std::erase_if(facts_, [&](const auto& fact) {
        const auto found = other.facts_.find(fact.first);
        return found == other.facts_.end() || found->second.value != fact.second.value;
    });
}

void State::note(Event::Kind kind, std::uint32_t at, std::uint32_t target, std::string text) {
    events_ = std::make_shared<const Event>(Event{kind, at, target, std::move(text), events_});
}

} // namespace forkproof::proofs
