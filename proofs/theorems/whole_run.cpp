// whole/copy_process: all steps as one run, for every flag word and with each allocation failing or not. Ways are
// merged where a step has been taken or given back; ways that fail in different steps stay apart. What merging
// makes of a sample of flags is compared with the ways one by one. A cross-check of the steps' own theorems and
// of the ladder: here no step is a contract, and none is told what the one before it has left.
#include "invariants/errno.hpp"
#include "invariants/flags.hpp"
#include "proofs/theorems/scheduling.hpp"
#include "proofs/world/clean_pools.hpp"
#include "proofs/world/live_world.hpp"
#include "proofs/world/user_memory.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t PAGE = 4096, SITE_SPACING = 0x8000, SPACING = 0x1000, KIND_SPACING = 0x100000;
constexpr std::uint32_t FRESH_PAGES = 0xf0000000;

/// Allocations are told apart by who asks for what, not by their order: so that they are the same on merged ways
/// and on single ones.
class Sites {
  public:
    [[nodiscard]] std::uint32_t index(const std::string& site) {
        return known_.emplace(site, static_cast<std::uint32_t>(known_.size())).first->second;
    }

  private:
    std::map<std::string, std::uint32_t> known_;
};

class WholeScene : public LiveScene {
  public:
    WholeScene(MachineProof& proof, const std::string& title, Sites& sites, const ForkShape& wanted)
        : LiveScene(proof, title, "", wanted), table(proof), sites_(sites) {
        add_clean_pools(scene, {.pages = 1}, {.pages = 1});
        use_user_memory_contracts(scene);
        use_charge_contract_for_all(*this);
        scene.assume("FS with NEWNS has been refused (rule newns-fs)", !(flag(CLONE_FS) && flag(CLONE_NEWNS)));
        scene.contract("kmem_alloc", [this](State& s) { kmem_alloc(s); });
        scene.contract("alloc_frame", [this](State& s) { alloc_frame(s); });
        scene.contract("alloc_number", [this, gives = numbers.alloc_contract(false)](State& s) {
            if (fails(s, "alloc_number")) return returns(s, word32(0));
            gives(s);
        });
        // Which step is under way: where a run fails, the one that failed.
        for (unsigned i = 0; i < table.rows().size(); i++)
            scene.executor().watch(table.rows()[i].acquire, [i](State& s) { s.mark = i + 1; });
    }

    void merge() {
        std::set<std::uint32_t> functions;
        for (const StepTable::Row& row : table.rows()) functions.insert({row.acquire, row.release});
        scene.executor().merge_at_return_of(std::move(functions));
    }

    StepTable table;

  private:
    [[nodiscard]] std::string caller(const State& s) const {
        if (s.calls.size() < 2) return "the test";
        const Function* f = world.image().function_at(s.calls[s.calls.size() - 2].function);
        return f ? f->name : "?";
    }
    [[nodiscard]] bool fails(State& s, const std::string& what) const {
        return s.decide(eq(world.any(what + " fails", 1), Word(1, 1)));
    }

    struct Site {
        std::string name;
        std::uint32_t address;
    };
    /// Where this caller's next object of the kind comes to stand.
    Site site(const State& s, const std::string& what, std::uint32_t base) {
        const std::string place = fmt::format("{} in {}", what, caller(s));
        std::uint32_t address = base + sites_.index(place) * SITE_SPACING;
        unsigned nth = 1;
        for (; s.memory.blocks.contains(address); address += SPACING) nth++;
        return {nth == 1 ? place : fmt::format("{}, number {}", place, nth), address};
    }

    void kmem_alloc(State& s) {
        constexpr const char* kinds[] = {"task", "fpu",  "cred",    "user",   "user_ns", "undo", "files",   "file",
                                         "pipe", "fs",   "mount",   "sighand", "signal", "mm",   "vma",     "nsproxy",
                                         "mnt_ns", "uts_ns", "ipc_ns", "pid_ns", "net_ns", "pid"};
        const std::uint64_t number = s.resolve(extract(argument(s, 0), 7, 0));
        if (number >= std::size(kinds)) throw Violation("there is no such kind of object");
        const std::string kind = kinds[number], type = type_of_kind(kind);
        const Site at = site(s, kind, FRESH_OBJECTS + static_cast<std::uint32_t>(number) * KIND_SPACING);
        if (fails(s, at.name)) return returns(s, word32(0));
        s.memory.blocks.emplace(at.address, Block{world.layouts().size_of(type), kind, "new " + at.name, type, true, true});
        returns(s, word32(at.address));
    }

    void alloc_frame(State& s) {
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

    Sites& sites_;
};

/// A way that has been merged knows of each object only under which condition it lives. At an exit that is the
/// same for all: nothing new is alive, and all that was there is.
Path with_all_given_back(WholeScene& w, const Path& path) {
    Path settled = path;
    for (auto& [address, block] : settled.state.memory.blocks) {
        if (block.alive.known()) continue;
        w.scene.prove(path, block.fresh ? block.name + " is given back" : block.name + " is still there",
                      block.fresh ? !block.alive : block.alive);
        block.alive = !block.fresh;
    }
    return settled;
}

/// What the child has, when all steps are done: each row of the sharing table, whatever the flags.
void complete(WholeScene& w, const Path& path) {
    const Place child{path.state.address(ForkScene::now(path, w.of(w.request, "child"))), "Task", 0};
    for (const StageRow& row : stage_rows) {
        const Word callers = w.before(w.of(w.parent, row.field)), got = ForkScene::now(path, w.of(child, row.field));
        const Truth shared = w.shares(row, callers);
        if (const auto part = w.scene.when(path, shared))
            w.scene.equal(*part, fmt::format("child->{}, which it shares", row.field), got, callers);
        if (const auto part = w.scene.when(path, !shared))
            w.scene.prove(*part, fmt::format("child->{} is its own", row.field), !eq(got, callers) || is_zero(callers));
    }
}

void every_flag_word(MachineProof& proof, const std::string& title, const ForkShape& shape) {
    Sites sites;
    WholeScene w(proof, title, sites, shape);
    w.merge();
    std::set<std::pair<std::string, std::string>> exits;
    for (const Path& path : w.call("copy_process")) {
        const Word result = path.state.get(Reg::eax);
        w.scene.check(path, "what copy_process returns is one errno on each way that is left", result.known());
        const auto error = static_cast<Errno>(result.value());
        exits.emplace(w.table.rows().at(path.state.mark - 1).name, errno_name(error));
        if (error == Errno::OK) {
            complete(w, path);
            continue;
        }
        for_each_part(w.scene, with_all_given_back(w, path), [&](const Path& part) {
            Changes(w, part).anything(w.stack_of_child).also(ResidueWhen::pid_reached).nothing_else();
        });
    }
    if (proof.replaying()) return;
    std::set<std::pair<std::string, std::string>> expected = {
        {"task", "ENOMEM"},     {"creds", "ENOMEM"},   {"semundo", "ENOMEM"}, {"files", "ENOMEM"},
        {"fs", "ENOMEM"},       {"fs", "EAGAIN"},      {"sighand", "ENOMEM"}, {"signal", "ENOMEM"},
        {"mm", "ENOMEM"},       {"namespaces", "ENOMEM"}, {"thread", "EFAULT"}, {"thread", "EINVAL"},
        {"pid", "ENOMEM"},      {"signal-check", "ERESTARTNOINTR"}, {"signal-check", "OK"}};
    if (!shape.mm) expected.erase({"mm", "ENOMEM"});
    if (shape.undo) expected.erase({"semundo", "ENOMEM"});
    std::string got;
    for (const auto& [step, error] : exits) got += fmt::format(" {}:{}", step, error);
    proof.log(fmt::format("exits:{}", got));
    proof.check("every step that can fail is an exit, with each of its errnos; there is:" + got, exits == expected);
}

} // namespace

std::vector<Theorem> whole_run_theorems() {
    return {machine_theorem(
        "whole/copy_process", "all steps as one run, every flag word and failure: each exit restores",
        [](MachineProof& proof) {
            every_flag_word(proof, "a kernel thread", {.undo = false, .mm = false});
        },
        true)};
}

} // namespace forkproof::proofs
