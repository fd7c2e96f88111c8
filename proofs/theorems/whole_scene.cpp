#include "proofs/theorems/whole_scene.hpp"
#include "invariants/flags.hpp"
#include "proofs/world/clean_pools.hpp"
#include "proofs/world/user_memory.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t PAGE = 4096, SITE_SPACING = 0x8000, SPACING = 0x1000, KIND_SPACING = 0x100000;
constexpr std::uint32_t FRESH_PAGES = 0xf0000000;
/// More unknowns than one step makes: each step and its release number theirs from a multiple of this on.
constexpr unsigned UNKNOWNS_PER_STEP = 100'000;

} // namespace

WholeScene::WholeScene(MachineProof& proof, const std::string& title, Sites& sites, const ForkShape& wanted)
    : LiveScene(proof, title, "", wanted), table(proof), sites_(sites) {
    add_clean_pools(scene, {.pages = 1}, {.pages = 1});
    use_user_memory_contracts(scene);
    use_charge_contract_for_all(*this);
    scene.assume("FS with NEWNS has been refused (rule newns-fs)", !(flag(CLONE_FS) && flag(CLONE_NEWNS)));
    scene.contract("kmem_alloc", [this](State& s) { kmem_alloc(s); });
    scene.contract("alloc_frame", [this](State& s) { alloc_frame(s); });
    scene.contract("alloc_number", [this, gives = numbers.alloc_contract(false)](State& s) {
        const std::string ns = scene.name_of(s, s.address(argument(s, 0)));
        if (fails(s, by_caller(s, "a number of " + ns))) return returns(s, word32(0));
        gives(s);
    });
    mark_steps();
}

/// Which step is under way: where a run fails, the one that failed.
void WholeScene::mark_steps() {
    for (unsigned i = 0; i < table.rows().size(); i++) {
        const StepTable::Row& row = table.rows()[i];
        scene.executor().watch(row.acquire, [i](State& s) {
            s.mark = i + 1;
            s.names = 2 * i * UNKNOWNS_PER_STEP;
        });
        scene.executor().watch(row.release, [i](State& s) { s.names = (2 * i + 1) * UNKNOWNS_PER_STEP; });
    }
}

void WholeScene::merge() {
    std::set<std::uint32_t> functions;
    for (const StepTable::Row& row : table.rows()) {
        functions.insert(row.acquire);
        // called by its own acquire, too: there EFAULT and EINVAL would meet
        if (row.name != "thread") functions.insert(row.release);
    }
    scene.executor().merge_at_return_of(std::move(functions));
}

std::string WholeScene::by_caller(const State& s, const std::string& what) const {
    const Function* f =
        s.calls.size() < 2 ? nullptr : world.image().function_at(s.calls[s.calls.size() - 2].function);
    // Two steps may ask the same function: how often the earlier one did, merging does not remember.
    const std::string step = s.mark == 0 ? "none" : table.rows().at(s.mark - 1).name;
    return fmt::format("{} in {}, asked by step {}", what, f ? f->name : "?", step);
}

WholeScene::Site WholeScene::site(const State& s, const std::string& what, std::uint32_t base) {
    const std::string place = by_caller(s, what);
    const std::uint32_t first = sites_.index(place) * SITE_SPACING;
    if (first + SITE_SPACING > KIND_SPACING) throw CannotTell("too many functions make objects");
    std::uint32_t address = base + first;
    unsigned nth = 1;
    for (; s.memory.blocks.contains(address); address += SPACING) nth++;
    if (nth > SITE_SPACING / SPACING) throw CannotTell("too many objects of one maker: " + place);
    return {nth == 1 ? place : fmt::format("{}, number {}", place, nth), address};
}

bool WholeScene::fails(State& s, const std::string& what) const {
    const bool failed = s.decide(eq(world.any(what + " fails", 1), Word(1, 1)));
    s.note(Event::Kind::note, s.ip, 0, what + (failed ? " fails" : " succeeds"));
    return failed;
}

void WholeScene::kmem_alloc(State& s) {
    const std::uint64_t number = s.resolve(extract(argument(s, 0), 7, 0));
    const std::string kind = kind_name(number), type = type_of_kind(kind);
    const Site at = site(s, kind, FRESH_OBJECTS + static_cast<std::uint32_t>(number) * KIND_SPACING);
    if (fails(s, at.name)) return returns(s, word32(0));
    s.memory.blocks.emplace(at.address,
                            Block{world.layouts().size_of(type), kind, "new " + at.name, type, true, true});
    returns(s, word32(at.address));
}

void WholeScene::alloc_frame(State& s) {
    const Site at = site(s, "frame", FRESH_PAGES);
    if (fails(s, at.name)) return returns(s, word32(0));
    s.memory.blocks.emplace(at.address, Block{PAGE, "frame", "new " + at.name, "", true, true});
    const std::uint32_t number = frame_number(at.address);
    const Place entry = frame_entry(world, number);
    s.memory.poke(of(entry, "count").address, word32(1), s.ip);
    s.memory.poke(of(entry, "link").address, word32(0), s.ip);
    s.memory.poke(of(entry, "use").address, extract(argument(s, 0), 7, 0), s.ip);
    returns(s, word32(number));
}

} // namespace forkproof::proofs
