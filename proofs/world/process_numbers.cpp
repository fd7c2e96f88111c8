#include "proofs/world/process_numbers.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// Where the bytes of bitmaps lie, each apart from the others.
constexpr std::uint32_t BITMAP_BYTES = 0xd7000000, BITMAP_SPACING = 0x10000;
constexpr unsigned HASH_NODE = 8, LAST_BUCKET = 255; // bytes of a ListNode; of the hash

const NumberSpace& find(const std::vector<NumberSpace>& spaces, std::uint32_t ns) {
    for (const NumberSpace& s : spaces)
        if (s.ns.address == ns) return s;
    throw Violation(
        fmt::format("numbers are asked of {:#x}, which is no pid namespace of the start state", ns));
}

/// Whether the path has made this pid namespace itself.
bool is_new(const State& state, std::uint32_t ns) {
    const auto found = state.memory.blocks.find(ns);
    return found != state.memory.blocks.end() && found->second.fresh && found->second.kind == "pid_ns";
}

/// The first number of a namespace without any.
void first_number(const World& world, const Place& ns, State& state) {
    auto field = [&](const char* name) { return world.field(ns, name); };
    auto now = [&](const Place& p) { return state.memory.peek(p.address, p.size); };
    const auto map = state.address(now(field("pidmap")));
    auto is = [&](const Word& value, std::uint32_t number) {
        return state.decide(eq(value, Word(value.width(), number)));
    };
    if (!is(now(field("nr_free")), PID_MAX - 1) || !is(now(field("last_pid")), 0) ||
        !is(state.memory.peek(map, 1), 1))
        throw Violation("a new pid namespace has given numbers before");
    state.memory.poke(map, Word(8, 3), state.ip);
    state.memory.poke(field("nr_free").address, word32(PID_MAX - 2), state.ip);
    state.memory.poke(field("last_pid").address, word32(1), state.ip);
    returns(state, word32(1));
}

void alloc_number(const World& world, const std::vector<NumberSpace>& spaces, State& state, bool may_fail) {
    const std::uint32_t ns = state.address(argument(state, 0));
    if (is_new(state, ns)) return first_number(world, {ns, "PidNs", 0}, state);
    const NumberSpace& s = find(spaces, ns);
    const std::string name = world.name_of(s.ns.address);
    const std::string fails =
        fmt::format("alloc_number({}) fails", name); // what an_allocation_failed looks for
    if (may_fail && state.decide(eq(state.unknown(fails, 1), Word(1, 1)))) {
        state.note(Event::Kind::note, state.ip, 0, fails);
        return returns(state, word32(0));
    }
    state.memory.poke(s.byte.address, state.memory.peek(s.byte.address, 1) | s.bit_of_number(), state.ip);
    const Place free = world.field(s.ns, "nr_free");
    state.memory.poke(free.address, state.memory.peek(free.address, 4) - word32(1), state.ip);
    state.memory.poke(world.field(s.ns, "last_pid").address, s.number, state.ip);
    returns(state, s.number);
}

void pid_bucket(const std::vector<NumberSpace>& spaces, const Place& own_bucket, State& state) {
    const Word number = argument(state, 0);
    const std::uint32_t ns = state.address(argument(state, 1));
    if (is_new(state, ns)) return returns(state, word32(own_bucket.address));
    const NumberSpace& s = find(spaces, ns);
    if (!state.decide(eq(number, s.number)))
        throw Violation("a number is hashed that the namespace has not given");
    returns(state, word32(s.bucket.address));
}

} // namespace

Word NumberSpace::bit_of_number() const { return shl(Word(8, 1), zext(extract(number, 2, 0), 8)); }

NumberSpaces::NumberSpaces(Scene& scene)
    : scene_(scene), spaces_(std::make_shared<std::vector<NumberSpace>>()) {}

void NumberSpaces::add(const Place& ns, unsigned others, const NumberSpace* same_bucket) {
    World& world = scene_.world();
    const auto nth = static_cast<unsigned>(spaces_->size());
    const std::string name = world.name_of(ns.address);
    NumberSpace s{ns, world.any("number given by " + name), {}, {}};
    scene_.assume("alloc_number gives numbers from 1 to PID_MAX - 1 that are free (helpers/alloc_number)",
                  ult(word32(0), s.number) && ult(s.number, word32(PID_MAX)));
    s.byte = world.bytes(BITMAP_BYTES + nth * BITMAP_SPACING, 1,
                         "the byte of that number in " + name + "->pidmap");
    world.set(world.field(ns, "pidmap"), word32(s.byte.address) - lshr(s.number, word32(3)));
    scene_.assume("", is_zero(world.get({s.byte.address, "", 1}) & s.bit_of_number()));
    if (same_bucket) {
        s.bucket = same_bucket->bucket;
    } else {
        const Place hash = world.global("pid_hash");
        s.bucket = {hash.address + HASH_NODE * nth, "", HASH_NODE};
        std::vector<Place> ring{s.bucket};
        for (unsigned i = 0; i < others; i++)
            ring.push_back(
                world.field(world.object("Upid", fmt::format("other number {} beside {}", i, name)), "hash"));
        world.ring(ring);
    }
    spaces_->push_back(s);
}

const NumberSpace& NumberSpaces::of(std::uint32_t ns) const { return find(*spaces_, ns); }

Contract NumberSpaces::alloc_contract(bool may_fail) const {
    const World& world = scene_.world();
    return [&world, spaces = spaces_, may_fail](State& s) { alloc_number(world, *spaces, s, may_fail); };
}

void NumberSpaces::use_contracts(bool may_fail) {
    World& world = scene_.world();
    const Place own_bucket{world.global("pid_hash").address + HASH_NODE * LAST_BUCKET, "", HASH_NODE};
    world.ring({own_bucket});
    scene_.contract("alloc_number", [&world, spaces = spaces_, may_fail](State& s) {
        alloc_number(world, *spaces, s, may_fail);
    });
    scene_.contract("pid_bucket",
                    [spaces = spaces_, own_bucket](State& s) { pid_bucket(*spaces, own_bucket, s); });
}

} // namespace forkproof::proofs
