// alloc_number, by induction over its loop: from any state in which the loop's head may be reached, one turn
// either ends as it should or comes to the head again, one number further. And the hash's bucket of a number.
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/process_numbers.hpp"
#include "proofs/world/unchanged.hpp"
#include <fmt/core.h>
#include <variant>

namespace forkproof::proofs {

namespace {

/// Where the one byte of the bitmap is that a turn of the loop looks at.
constexpr std::uint32_t BYTE = 0xd7000000;
constexpr Reg all_registers[] = {Reg::eax, Reg::ecx, Reg::edx, Reg::ebx,
                                 Reg::esp, Reg::ebp, Reg::esi, Reg::edi};

/// A loop of the code: its head, and the registers and words on the stack that are written in it.
struct Loop {
    std::uint32_t head = 0;
    std::set<Reg> registers;
    std::set<std::int64_t> slots; ///< offsets from ebp
};

/// The one loop of a function, found by its one jump backwards to where it does not begin a function's end.
Loop loop_of(MachineProof& proof, const std::string& name) {
    const Function& f = proof.image().function(name);
    Loop loop;
    std::uint32_t last = 0;
    for (std::uint32_t at = f.address; at < f.address + f.size; at = proof.decoder().at(at).next()) {
        const Instruction& i = proof.decoder().at(at);
        const bool jump = i.z.meta.category == ZYDIS_CATEGORY_COND_BR;
        if (!jump || !i.relative() || i.relative_target() > at || i.relative_target() < f.address) continue;
        if (loop.head != 0) throw CannotTell(name + " has more than one loop; its theorem knows of one");
        loop.head = i.relative_target();
        last = at;
    }
    if (loop.head == 0) throw CannotTell(name + " has no loop; its theorem knows of one");
    for (std::uint32_t at = loop.head; at <= last; at = proof.decoder().at(at).next()) {
        const Instruction& i = proof.decoder().at(at);
        for (unsigned n = 0; n < i.z.operand_count; n++) {
            const ZydisDecodedOperand& o = i.operands[n];
            if (!(o.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)) continue;
            if (o.type == ZYDIS_OPERAND_TYPE_MEMORY && o.mem.base == ZYDIS_REGISTER_EBP)
                loop.slots.insert(o.mem.disp.value);
            if (o.type != ZYDIS_OPERAND_TYPE_REGISTER) continue;
            const auto whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LEGACY_32, o.reg.value);
            if (ZydisRegisterGetClass(whole) == ZYDIS_REGCLASS_GPR32)
                loop.registers.insert(static_cast<Reg>(ZydisRegisterGetId(whole)));
        }
    }
    return loop;
}

struct AllocNumber {
    Scene& scene;
    World& world;
    Place ns, byte;
    Word last_pid, first;
    Word turn, nr; ///< in the middle of the search: the turns before, and the number at the loop's head
    Loop loop;

    explicit AllocNumber(MachineProof& proof)
        : scene(proof.scene("alloc_number")), world(scene.world()), ns(world.object("PidNs", "ns", "pid_ns")),
          byte(world.bytes(BYTE, 1, "the byte of the bitmap")),
          last_pid(world.get(world.field(ns, "last_pid"))), first(last_pid + word32(1)),
          turn(world.any("numbers tried before")), nr(world.any("the number at the loop's head")),
          loop(loop_of(proof, "alloc_number")) {
        scene.assume("the cursor is below PID_MAX", ult(last_pid, word32(PID_MAX)));
        scene.show("numbers tried before", turn);
        scene.executor().stop_at(loop.head);
    }

    /// The number at the loop's head after so many turns: on from the cursor, and from RESERVED_PIDS again.
    [[nodiscard]] Word number(const Word& turns) const {
        const Word straight = first + turns, wrapped = straight - word32(PID_MAX);
        const Word once_round = word32(PID_MAX - RESERVED_PIDS);
        const Word again =
            ite(ult(once_round, wrapped), wrapped - once_round, wrapped) + word32(RESERVED_PIDS);
        return ite(ult(word32(PID_MAX), straight), again, straight);
    }
    [[nodiscard]] static Truth in_loop(const Word& at_head) {
        return ult(word32(0), at_head) && !ult(word32(PID_MAX), at_head);
    }
    /// Which one the turn looks at.
    [[nodiscard]] static Word tried(const Word& at_head) {
        return ite(ult(at_head, word32(PID_MAX)), at_head, word32(RESERVED_PIDS));
    }
    [[nodiscard]] static Word bit_of(const Word& of) { return shl(Word(8, 1), zext(extract(of, 2, 0), 8)); }

    /// Runs from the function's first instruction to the loop's head.
    std::vector<Path> from_entry() {
        std::vector<Path> at_head;
        for (const Path& path : scene.call("alloc_number", {word32(ns.address)})) {
            const Word free = world.get(world.field(ns, "nr_free"));
            unchanged_but(scene, path, {});
            if (path.state.ip == loop.head) {
                scene.prove(path, "with numbers free the search begins", !is_zero(free));
                at_head.push_back(path);
                continue;
            }
            scene.prove(path, "with none free nothing is searched", is_zero(free));
            scene.equal(path, "the number", path.state.get(Reg::eax), word32(0));
        }
        return at_head;
    }

    [[nodiscard]] static std::uint32_t slot(const State& s, std::int64_t offset) {
        return s.address(s.get(Reg::ebp)) + static_cast<std::uint32_t>(offset);
    }

    /// One of the places that the loop writes.
    using Spot = std::variant<Reg, std::int64_t>;
    static Word get(const State& s, const Spot& spot) {
        if (const auto* r = std::get_if<Reg>(&spot)) return s.get(*r);
        return s.memory.peek(slot(s, std::get<std::int64_t>(spot)), 4);
    }
    static void set(State& s, const Spot& spot, const Word& value) {
        if (const auto* r = std::get_if<Reg>(&spot)) return s.set(*r, value);
        s.memory.poke(slot(s, std::get<std::int64_t>(spot)), value);
    }
    [[nodiscard]] std::vector<Spot> spots() const {
        std::vector<Spot> all(loop.registers.begin(), loop.registers.end());
        all.insert(all.end(), loop.slots.begin(), loop.slots.end());
        return all;
    }
    /// The place that holds this value when the loop begins.
    [[nodiscard]] std::optional<Spot> spot_of(const State& at_head, const Word& value) const {
        for (const Spot& spot : spots())
            if (get(at_head, spot).same(value)) return spot;
        return {};
    }

    /// Where the loop keeps the number, and the count of turns, downwards or upwards.
    struct Kept {
        Spot number, count;
        bool down;
        [[nodiscard]] Word count_after(const Word& turns) const {
            return down ? word32(PID_MAX) - turns : turns;
        }
    };
    [[nodiscard]] std::optional<Kept> kept(const State& at_head) const {
        const auto number_at = spot_of(at_head, first), down = spot_of(at_head, word32(PID_MAX));
        const auto count = down ? down : spot_of(at_head, word32(0));
        if (!number_at || !count) return {};
        return Kept{*number_at, *count, down.has_value()};
    }

    /// The loop's head after `turn` turns: what the loop changes is anything, but for the number and the
    /// count.
    State in_the_middle(const State& at_head, const Kept& k) {
        State s = at_head;
        for (const Spot& spot : spots())
            set(s, spot, world.any(fmt::format("place {} that the loop writes", names_++)));
        for (const Flag f : {Flag::cf, Flag::pf, Flag::af, Flag::zf, Flag::sf, Flag::of})
            s.flags.set_undefined(f);
        set(s, k.number, nr);
        set(s, k.count, k.count_after(turn));
        auto assume = [&](const Truth& fact) {
            if (!fact.known()) s.assume(fact.term());
        };
        assume(ult(turn, word32(PID_MAX)) && in_loop(nr));
        const Word map = world.get(world.field(ns, "pidmap"));
        assume(eq(map + lshr(tried(nr), word32(3)), word32(BYTE)));
        s.steps = 0;
        return s;
    }

    void one_turn(const Path& from) {
        const Word candidate = tried(nr), bits = world.get(byte);
        const Truth taken = !is_zero(bits & bit_of(candidate));
        const auto k = kept(from.state);
        scene.check(from, "the search begins behind the cursor, and counts its turns", k.has_value());
        if (!k) return;
        const std::vector<Path> paths = scene.run(in_the_middle(from.state, *k));
        for (const Path& path : paths) {
            if (path.state.ip == loop.head) {
                scene.prove(path, "the search goes on only from a number that is taken", taken);
                scene.prove(path, "the search comes to its end", ult(turn + word32(1), word32(PID_MAX)));
                goes_on(path, from.state, *k);
                unchanged_but(scene, path, {});
                continue;
            }
            const Word got = path.state.get(Reg::eax);
            for (const Reg r : {Reg::ebx, Reg::esi, Reg::edi, Reg::ebp})
                scene.check(path, "the caller's registers are as they were",
                            path.state.get(r).same(scene.start().get(r)));
            if (const auto none = scene.when(path, is_zero(got))) {
                scene.prove(*none, "0 only after the last number, if it is taken",
                            taken && eq(turn, word32(PID_MAX - 1)));
                unchanged_but(scene, *none, {});
            }
            if (const auto found = scene.when(path, !is_zero(got))) given(*found, candidate, bits, taken);
        }
        scene.reached("a number is found", paths,
                      [&](const Path& p) { return !is_zero(p.state.get(Reg::eax)); });
        scene.reached("a number is taken, and the search goes on", paths,
                      [&](const Path& p) { return Truth(p.state.ip == loop.head); });
        scene.reached("all numbers are taken", paths, [&](const Path& p) {
            return Truth(p.state.ip == RETURN_TO_NOBODY) && is_zero(p.state.get(Reg::eax));
        });
    }

    /// At the head again: the number and the count are one further, what the loop does not write is the same.
    void goes_on(const Path& path, const State& from, const Kept& k) {
        const Word turns = turn + word32(1);
        const Word next = get(path.state, k.number);
        scene.prove(path, "the number at the loop's head is one further",
                    !eq(nr, number(turn)) || eq(next, number(turns)));
        scene.prove(path, "the number at the loop's head is in range", in_loop(next));
        scene.equal(path, "the count at the loop's head", get(path.state, k.count), k.count_after(turns));
        for (const Reg r : all_registers)
            if (!loop.registers.contains(r))
                scene.equal(path, "a register that the loop does not write", path.state.get(r), from.get(r));
        for (const auto& [address, written] : path.state.memory.written()) {
            const auto offset = static_cast<std::int32_t>(address - slot(from, 0));
            if (!loop.slots.contains(offset))
                scene.equal(path, "a word that the loop does not write", written.value,
                            from.memory.peek(address, 4), address);
        }
    }

    void given(const Path& path, const Word& candidate, const Word& bits, const Truth& taken) {
        auto now = [&](const Place& p) { return path.state.memory.peek(p.address, p.size); };
        const Place free = world.field(ns, "nr_free"), cursor = world.field(ns, "last_pid");
        scene.equal(path, "the number", path.state.get(Reg::eax), candidate);
        scene.prove(path, "it is from 1 to PID_MAX - 1, and was free",
                    ult(word32(0), candidate) && ult(candidate, word32(PID_MAX)) && !taken);
        scene.equal(path, "the bitmap", now(byte), bits | bit_of(candidate), byte.address);
        scene.equal(path, "ns->nr_free", now(free), world.get(free) - word32(1), free.address);
        scene.equal(path, "ns->last_pid", now(cursor), candidate, cursor.address);
        unchanged_but(scene, path, {byte, free, cursor});
    }

    /// PID_MAX turns look at every number from RESERVED_PIDS on: first those above the cursor, then the
    /// others.
    void all_are_tried(const Path& path) {
        const Word any = world.any("any number");
        const Truth in_range = !ult(any, word32(RESERVED_PIDS)) && ult(any, word32(PID_MAX));
        auto is_tried = [&](const std::string& words, const Truth& which, const Word& turns) {
            scene.prove(path, words,
                        !(in_range && which) ||
                            (ult(turns, word32(PID_MAX)) && eq(tried(number(turns)), any)));
        };
        is_tried("the numbers above the cursor are looked at", !ult(any, first), any - first);
        is_tried("the numbers up to the cursor are looked at", ult(any, first),
                 word32(PID_MAX - RESERVED_PIDS) - first + any);
        scene.equal(path, "the number that the search begins with", number(word32(0)), first);
        scene.prove(path, "the search begins in range", in_loop(first));
    }

  private:
    unsigned names_ = 0;
};

void helper_alloc_number(MachineProof& proof) {
    AllocNumber f(proof);
    for (const Path& path : f.from_entry()) {
        f.all_are_tried(path);
        f.one_turn(path);
    }
}

void helper_pid_bucket(MachineProof& proof) {
    constexpr std::uint32_t BUCKETS = 256, NODE = 8;
    Scene& scene = proof.scene("pid_bucket");
    World& world = scene.world();
    const Place ns = world.object("PidNs", "ns", "pid_ns");
    const Word nr = world.any("number"), hash = nr + world.get(world.field(ns, "id")) * word32(37);
    const std::uint32_t table = world.image().symbol("pid_hash");
    const auto paths = scene.call("pid_bucket", {nr, word32(ns.address)});
    for (const Path& path : paths) {
        scene.equal(path, "the bucket", path.state.get(Reg::eax),
                    word32(table) + (hash & word32(BUCKETS - 1)) * word32(NODE));
        unchanged_but(scene, path, {});
    }
    scene.reached("a bucket", paths, [](const Path&) { return true; });
    proof.check("the hash has a bucket for each value",
                world.layouts().size_of(world.layouts().type_of_variable("pid_hash")) == BUCKETS * NODE);
}

} // namespace

std::vector<Theorem> helpers_numbers_theorems() {
    return {machine_theorem(
                "helpers/alloc_number",
                "the next number after the cursor that is free, and it is taken then; 0 only if none from "
                "RESERVED_PIDS on is free",
                helper_alloc_number),
            machine_theorem("helpers/pid_bucket", "one of the hash's 256 buckets, by number and namespace",
                            helper_pid_bucket)};
}

} // namespace forkproof::proofs
