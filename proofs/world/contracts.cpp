#include "proofs/world/contracts.hpp"
#include "proofs/machine/merge.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t PAGE = 4096, PAGE_OFFSET = 0xc0000000;
/// The frame table, and frames of the start state and of alloc_frame: parts of the direct map that hold
/// nothing else.
constexpr std::uint32_t FRAME_TABLE = 0xd8000000, FRAME_LIMIT = 0x38000;
constexpr std::uint32_t START_PAGES = 0xd4000000, FRESH_PAGES = 0xf0000000;
/// Fresh objects of one kind stand side by side, kinds apart from each other.
constexpr std::uint32_t KIND_SPACING = 0x100000, OBJECT_SPACING = 0x1000;

struct KindRow {
    const char *kind, *type;
};
/// As kernel/lib/kinds.hpp has them.
constexpr KindRow kinds[] = {
    {"task", "Task"},
    {"fpu", "FpuState"},
    {"cred", "Cred"},
    {"group_info", "GroupInfo"},
    {"user", "User"},
    {"user_ns", "UserNs"},
    {"undo", "UndoList"},
    {"sem_set", "SemSet"},
    {"sem_undo", "SemUndo"},
    {"files", "Files"},
    {"file", "File"},
    {"pipe", "Pipe"},
    {"fs", "Fs"},
    {"inode", "Inode"},
    {"dirent", "DirEntry"},
    {"super_block", "SuperBlock"},
    {"mount", "Mount"},
    {"sighand", "Sighand"},
    {"signal", "Signal"},
    {"mm", "Mm"},
    {"vma", "Vma"},
    {"nsproxy", "Nsproxy"},
    {"mnt_ns", "MntNs"},
    {"uts_ns", "UtsNs"},
    {"ipc_ns", "IpcNs"},
    {"pid_ns", "PidNs"},
    {"net_ns", "NetNs"},
    {"pid", "Pid"},
    {"io_context", "IoContext"},
    {"exec_domain", "ExecDomain"},
    {"css_set", "CssSet"},
    {"socket", "Socket"},
    {"sk_buff", "SkBuff"},
};

/// Who has called the function that a contract stands for.
std::string caller(const World& world, const State& state) {
    if (state.calls.size() < 2) return "the test";
    const Function* f = world.image().function_at(state.calls[state.calls.size() - 2].function);
    return f ? f->name : "?";
}

constexpr std::string_view FAILS = " fails";

/// Whether this allocation fails: a Boolean of its own, named by what and where.
bool fails(const World& world, State& state, const std::string& what) {
    const std::string name = fmt::format("{} fails in {}", what, caller(world, state));
    const bool failed = state.decide(eq(state.unknown(name, 1), Word(1, 1)));
    state.note(Event::Kind::note, state.ip, 0, what + (failed ? std::string(FAILS) : " succeeds"));
    return failed;
}

void kmem_alloc(const World& world, State& state, bool may_fail) {
    const std::uint64_t number = state.resolve(extract(argument(state, 0), 7, 0));
    const std::string kind = kind_name(number);
    if (may_fail && fails(world, state, fmt::format("kmem_alloc({})", kind)))
        return returns(state, word32(0));
    std::uint32_t address = FRESH_OBJECTS + static_cast<std::uint32_t>(number) * KIND_SPACING;
    unsigned nth = 1;
    for (; state.memory.blocks.contains(address); address += OBJECT_SPACING) nth++;
    const std::string type = type_of_kind(kind);
    const std::string name = nth == 1 ? "new " + kind : fmt::format("new {} {}", kind, nth);
    state.memory.blocks.emplace(address, Block{world.layouts().size_of(type), kind, name, type, true, true});
    returns(state, word32(address));
}

void kmem_free(const World& world, State& state) {
    const std::string kind = kind_name(state.resolve(extract(argument(state, 0), 7, 0)));
    const std::uint32_t object = state.address(argument(state, 1));
    const std::string what = fmt::format("kmem_free({}) of {}", kind, world.name_of(object));
    if (const auto found = state.memory.blocks.find(object); found != state.memory.blocks.end()) {
        if (!state.decide(found->second.alive)) throw Violation(what + ", which has been freed before");
        if (found->second.kind != kind) throw Violation(what + ", which is a " + found->second.kind);
        found->second.alive = false;
    } else {
        const auto* region = world.region_at(object);
        if (!region || region->first != object || region->second.kind != kind)
            throw Violation(what + ", which is no living object of that kind");
        state.memory.blocks.emplace(
            object, Block{region->second.size, kind, region->second.name, region->second.type, false, false});
    }
    returns_nothing(state);
}

Place entry_field(const World& world, std::uint32_t pfn, const char* name) {
    return world.field(frame_entry(world, pfn), name);
}

void set_entry(const World& world, State& state, std::uint32_t pfn, const char* name, const Word& value) {
    const Place place = entry_field(world, pfn, name);
    state.memory.poke(place.address, extract(zext(value, 32), place.size * 8 - 1, 0), state.ip);
}

void alloc_frame(const World& world, State& state, bool may_fail) {
    const Word use = argument(state, 0);
    if (may_fail && fails(world, state, "alloc_frame")) return returns(state, word32(0));
    std::uint32_t address = FRESH_PAGES;
    unsigned nth = 1;
    for (; state.memory.blocks.contains(address); address += PAGE) nth++;
    const std::string name = nth == 1 ? "new frame" : fmt::format("new frame {}", nth);
    state.memory.blocks.emplace(address, Block{PAGE, "frame", name, "", true, true});
    const std::uint32_t pfn = frame_number(address);
    set_entry(world, state, pfn, "count", word32(1));
    set_entry(world, state, pfn, "link", word32(0));
    set_entry(world, state, pfn, "use", extract(use, 7, 0));
    returns(state, word32(pfn));
}

void put_frame(const World& world, State& state) {
    const std::uint32_t pfn = state.address(argument(state, 0));
    if (pfn >= FRAME_LIMIT)
        throw Violation(fmt::format("put_frame of frame {:#x}, which does not exist", pfn));
    const std::uint32_t page = page_address(pfn);
    const auto* region = world.region_at(page);
    const auto block = state.memory.blocks.find(page);
    const bool known = block != state.memory.blocks.end();
    if (!known && (!region || region->second.kind != "frame"))
        throw Violation(fmt::format("put_frame of frame {:#x}, which nobody has allocated", pfn));
    if (known && !state.decide(block->second.alive))
        throw Violation("put_frame of " + block->second.name + ", which is free");
    const Place count = entry_field(world, pfn, "count");
    const Word left = state.memory.peek(count.address, count.size) - word32(1);
    const bool last = state.decide(is_zero(left));
    state.memory.poke(count.address, left, state.ip);
    if (last) {
        set_entry(world, state, pfn, "use", Word(8, 0));
        set_entry(world, state, pfn, "link", state.unknown("link of a free frame", 32));
        if (known)
            block->second.alive = false;
        else
            state.memory.blocks.emplace(page, Block{PAGE, "frame", region->second.name, "", false, false});
    }
    returns_nothing(state);
}

} // namespace

std::string kind_name(std::uint64_t number) {
    if (number >= std::size(kinds)) throw Violation(fmt::format("there is no kind of object {}", number));
    return kinds[number].kind;
}

std::string type_of_kind(const std::string& kind) {
    for (const KindRow& row : kinds)
        if (kind == row.kind) return row.type;
    throw CannotTell("the prover knows no kind of object called " + kind);
}

void check_kinds(MachineProof& proof) {
    const std::uint32_t sizes = proof.image().symbol("kind_sizes");
    for (std::size_t i = 0; i < std::size(kinds); i++) {
        const auto size = proof.image().word(sizes + static_cast<std::uint32_t>(4 * i));
        proof.check(fmt::format("the image's table says that a {} is a {}", kinds[i].kind, kinds[i].type),
                    size == proof.layouts().size_of(kinds[i].type));
    }
    proof.touched(sizes, static_cast<std::uint32_t>(4 * std::size(kinds)));
}

std::uint32_t page_address(std::uint32_t pfn) { return PAGE_OFFSET + pfn * PAGE; }
std::uint32_t frame_number(std::uint32_t page_address) { return (page_address - PAGE_OFFSET) / PAGE; }

Place frame_entry(const World& world, std::uint32_t pfn) {
    const std::uint32_t size = world.layouts().size_of("Frame");
    return {FRAME_TABLE + pfn * size, "Frame", size};
}

void add_frame_table(Scene& scene) {
    World& world = scene.world();
    world.array(FRAME_TABLE, "Frame", FRAME_LIMIT, "frames");
    world.set(world.global("frames"), FRAME_TABLE);
    world.set(world.global("frame_limit"), FRAME_LIMIT);
}

std::uint32_t add_frame(Scene& scene, const std::string& name) {
    World& world = scene.world();
    std::uint32_t address = START_PAGES;
    while (world.region_at(address)) address += PAGE;
    world.bytes(address, PAGE, name, "frame");
    const std::uint32_t pfn = frame_number(address);
    const Word count = world.get(entry_field(world, pfn, "count"));
    scene.assume("every count is at least 1 and below 2^31", !is_zero(count) && ult(count, word32(1U << 31)));
    return pfn;
}

bool an_allocation_failed(const State& state, const std::string& kind) {
    const std::string one =
        (kind == "frame" ? "alloc_frame" : "kmem_alloc(" + kind + ")") + std::string(FAILS);
    for (const Event* e = state.events().get(); e; e = e->before.get())
        if (e->kind == Event::Kind::note && e->note == MERGED)
            throw CannotTell("of ways that have met nobody knows which of their allocations have failed");
        else if (e->kind == Event::Kind::note && (kind.empty() ? e->note.ends_with(FAILS) : e->note == one))
            return true;
    return false;
}

void use_allocator_contracts(Scene& scene) {
    const World& world = scene.world();
    scene.contract("kmem_alloc", [&world](State& s) { kmem_alloc(world, s, true); });
    scene.contract("kmem_free", [&world](State& s) { kmem_free(world, s); });
    use_frame_contracts(scene);
}

void use_frame_contracts(Scene& scene) {
    const World& world = scene.world();
    scene.contract("alloc_frame", [&world](State& s) { alloc_frame(world, s, true); });
    scene.contract("put_frame", [&world](State& s) { put_frame(world, s); });
}

void no_allocation_fails(Scene& scene) {
    const World& world = scene.world();
    scene.assume("no allocation fails (what happens then is proved step by step, and by ladder)", true);
    scene.contract("kmem_alloc", [&world](State& s) { kmem_alloc(world, s, false); });
    scene.contract("alloc_frame", [&world](State& s) { alloc_frame(world, s, false); });
}

void one_allocation_fails(Scene& scene) {
    const World& world = scene.world();
    scene.assume("at most one allocation fails (several: in the full check)", true);
    scene.contract("kmem_alloc", [&world](State& s) { kmem_alloc(world, s, !an_allocation_failed(s)); });
    scene.contract("alloc_frame", [&world](State& s) { alloc_frame(world, s, !an_allocation_failed(s)); });
}

void panics_are_violations(Scene& scene) {
    const World& world = scene.world();
    scene.contract("panic_pieces", [&world](State& s) {
        // panic_pieces(SourcePlace{file, line}, Text{data, size}, ...): all by value on the stack.
        std::string words;
        const std::uint32_t text = s.address(argument(s, 2));
        for (std::uint32_t at = text; world.image().holds(at, 1) && world.image().byte(at) != 0; at++)
            words += static_cast<char>(world.image().byte(at));
        throw Violation("PANIC: " + words);
    });
}

} // namespace forkproof::proofs
