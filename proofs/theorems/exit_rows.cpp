// exit/ROW: what fork acquires is what exit gives back, resource by resource: the step's acquire, then the
// very function by which do_exit, release_task or free_task gives that resource back. The flag word and all
// counts are free; exit/published and exit/whole put the rows together.
#include "proofs/theorems/exit.hpp"
#include "proofs/theorems/step_contract.hpp"
#include "proofs/world/clean_pools.hpp"
#include "proofs/world/in_bochs.hpp"
#include "proofs/world/live_world.hpp"
#include "proofs/world/user_memory.hpp"
#include <fmt/ranges.h>

namespace forkproof::proofs {

namespace {

/// Who gives back what this field of the child holds.
struct GivesBack {
    const char *field, *function;
};

struct ExitRow {
    const char* resource; ///< of the sharing table
    std::vector<const char*> steps;
    std::vector<GivesBack> exit; ///< in the order of do_exit, release_task, free_task
};

const ExitRow rows[] = {
    {"cred", {"creds"}, {{"real_cred", "put_cred"}, {"cred", "put_cred"}}},
    {"exec_domain", {"exec-domain"}, {{"exec_domain", "put_exec_domain"}}},
    {"css_set", {"cgroup"}, {{"cgroups", "put_css_set"}}},
    {"undo", {"semundo"}, {{"sysvsem", "put_undo_list"}}},
    {"files", {"files"}, {{"files", "put_files"}}},
    {"fs", {"fs"}, {{"fs", "put_fs"}}},
    {"sighand", {"sighand"}, {{"sighand", "put_sighand"}}},
    {"mm", {"mm"}, {{"mm", "put_mm"}}},
    // With NEWNS the child's fs moves to the new mount: both together leave nothing.
    {"nsproxy", {"fs", "namespaces"}, {{"fs", "put_fs"}, {"nsproxy", "put_nsproxy"}}},
    {"io_context", {"io"}, {{"io_context", "put_io_context"}}},
};

class RowProof {
  public:
    RowProof(MachineProof& proof, const ExitRow& row, const std::string& title, const ForkShape& shape)
        : row_(row), f_(proof, title, row.steps.front(), shape) {
        LiveScene::add_globals(f_);
        no_allocation_fails(f_.scene);
        if (std::string(row.resource) == "mm") add_clean_pools(f_.scene, {2, true}, {1, true});
        if (row.steps.size() > 1)
            f_.scene.assume("FS with NEWNS has been refused (rule newns-fs)",
                            !(f_.flag(CLONE_FS) && f_.flag(CLONE_NEWNS)));
        shown_by_call(f_);
    }

    void prove() {
        acquire(0, {});
        if (f_.scene.proof().replaying()) return;
        f_.scene.proof().check(fmt::format("some clone acquires {} and gives it back", row_.resource),
                               given_back_ != 0);
        const SharingRow& sharing = sharing_row(row_.resource);
        if (sharing.share_flag != 0)
            f_.scene.proof().check(
                fmt::format("the child shares its parent's {} on some path, on some not", row_.resource),
                shared_ != 0 && shared_ != given_back_);
    }

  private:
    /// The steps of the row, one after the other; what they have taken goes back at the end.
    void acquire(std::size_t n, const std::optional<Path>& before) {
        if (n == row_.steps.size()) return give_back(0, *before);
        const StepTable table(f_.scene.proof());
        const std::string function = table.rows()[table.index(row_.steps[n])].acquire_name;
        const State from = before ? f_.scene.start_again(before->state) : f_.scene.start();
        for (const Path& path : f_.scene.call_from(from, function, {word32(f_.request.address)}))
            if (const auto made = f_.scene.when(path, is_zero(path.state.get(Reg::eax))))
                acquire(n + 1, made);
    }

    void give_back(std::size_t n, const Path& before) {
        if (n == row_.exit.size()) return all_back(before);
        const Word held = ForkScene::now(before, f_.of(f_.child, row_.exit[n].field));
        for (const std::uint64_t value : f_.scene.values(before, held)) {
            const auto part = f_.scene.when(before, eq(held, word32(value)));
            if (n == 0 && value == f_.before(f_.of(f_.parent, row_.exit[n].field)).value()) shared_++;
            if (value == 0) {
                give_back(n + 1, *part); // the callers ask first
                continue;
            }
            const State from = f_.scene.start_again(part->state);
            for (const Path& path : f_.scene.call_from(from, row_.exit[n].function, {word32(value)}))
                give_back(n + 1, path);
        }
    }

    void all_back(const Path& path) {
        given_back_++;
        Changes changes(f_, path);
        for (const GivesBack& g : row_.exit) changes.anything(f_.of(f_.child, g.field));
        if (std::string(row_.resource) == "cred") {
            // One task less for the user is release_task's business (exit/published); a user of a new
            // namespace is gone.
            const Place processes = f_.of(f_.user, "processes");
            changes.is(processes, f_.before(processes) + ite(f_.flag(CLONE_NEWUSER), word32(0), word32(1)));
        }
        changes.nothing_else();
    }

    const ExitRow& row_;
    ForkScene f_;
    unsigned given_back_ = 0, shared_ = 0;
};

void row_theorem(MachineProof& proof, const ExitRow& row) {
    const std::string resource = row.resource;
    RowProof(proof, row, resource, {.io = resource == "io_context"}).prove();
    if (resource == "undo") RowProof(proof, row, "undo, the caller has none", {.undo = false}).prove();
    if (resource == "fs" || resource == "nsproxy")
        RowProof(proof, row, resource + ", cwd in a second mount", {.mounts = 2}).prove();
    if (resource == "mm") RowProof(proof, row, "mm of two mappings", {.vmas = 2, .pages = 2}).prove();
    if (resource == "files") RowProof(proof, row, "files in a page", {.open_files = 33}).prove();
}

/// An inode of proc remembers the number, perhaps many do: its object outlives the number, with the
/// namespace, and goes when the last of them lets go.
void outlives(ForkScene& f, const Path& detached, const Place& pid, const Word& held) {
    Scene& scene = f.scene;
    scene.check(detached, "a pid that is held is alive", scene.is_live(detached.state, pid.address, "pid"));
    scene.equal(detached, "its count", ForkScene::now(detached, f.of(pid, "count")), word32(0));
    for (const Path& dropped :
         scene.call_from(scene.start_again(detached.state), "drop_pid", {word32(pid.address)}))
        for (const bool last : {true, false}) {
            const auto part = scene.when(dropped, last ? eq(held, word32(1)) : !eq(held, word32(1)));
            if (!part) continue;
            scene.check(*part, "a pid goes with its last holder",
                        last != scene.is_live(part->state, pid.address, "pid"));
            Changes changes(f, *part);
            for (const char* field : {"pid", "tgid"}) changes.anything(f.of(f.child, field));
            changes.anything(f.of(f.request, "pid"));
            if (!last) {
                changes.anything(changes.fresh("pid")).is(f.of(pid, "held"), held - word32(1));
                changes.empty_list(f.of(pid, "numbers[0].hash")).empty_list(f.of(pid, "tasks[0]"));
                changes.is(f.of(f.pid_ns, "count"), f.before(f.of(f.pid_ns, "count")) + word32(1));
            }
            changes.also(ResidueWhen::pid_reached).nothing_else();
        }
}

/// A number: attached as publish does it, detached as release_task does it.
void pid_row_of(MachineProof& proof, bool is_held) {
    ForkScene f(proof, is_held ? "pid, held by proc" : "pid", "pid");
    const Word held = is_held ? f.world.any("inodes of proc that hold it") : word32(0);
    if (is_held) f.scene.assume("", !is_zero(held) && ult(held, word32(1U << 31)));
    NumberSpaces numbers(f.scene);
    numbers.add(f.pid_ns, 1);
    numbers.use_contracts();
    f.scene.assume("the child's pid namespace is the caller's (exit/whole has the others)",
                   !f.flag(CLONE_NEWPID));
    unsigned freed = 0;
    for (const Path& path : f.acquire("pid")) {
        const auto made = f.scene.when(path, is_zero(path.state.get(Reg::eax)));
        if (!made) continue;
        const Word pid = ForkScene::now(*made, f.of(f.request, "pid"));
        const Place object = f.target(*made, pid, "Pid");
        State looked_up = f.scene.start_again(made->state);
        looked_up.memory.poke(f.of(object, "held").address, held, looked_up.ip);
        for (const Path& attached :
             f.scene.call_from(looked_up, "attach_pid", {word32(f.child.address), word32(0), pid}))
            for (const Path& detached : f.scene.call_from(f.scene.start_again(attached.state), "detach_pid",
                                                          {word32(f.child.address), word32(0)})) {
                freed++;
                if (is_held) {
                    outlives(f, detached, object, held);
                    continue;
                }
                Changes changes(f, detached);
                for (const char* field : {"pid", "tgid"}) changes.anything(f.of(f.child, field));
                changes.anything(f.of(f.request, "pid")); // nobody looks there after do_fork
                changes.also(ResidueWhen::pid_reached).nothing_else();
            }
    }
    if (!proof.replaying()) proof.check("some number is given back", freed != 0);
}

void pid_row(MachineProof& proof) {
    for (const bool is_held : {false, true}) pid_row_of(proof, is_held);
}

/// The bitmap of ports, which do_exit gives back.
void ports_row(MachineProof& proof) {
    ForkScene f(proof, "ports", "thread", {.ports = true});
    f.world.set(f.of(f.world.global("main_tss"), "tss.io_map"), 0);
    no_allocation_fails(f.scene);
    use_user_memory_contracts(f.scene, "user_desc at regs->si");
    const Place thread = f.of(f.child, "thread");
    unsigned given_back = 0;
    for (const Path& path : f.acquire("thread")) {
        const auto made = f.scene.when(path, is_zero(path.state.get(Reg::eax)) &&
                                                 eq(f.before(f.of(f.regs, "cs")) & word32(3), word32(3)));
        if (!made) continue;
        for (const Path& back : f.scene.call_from(f.scene.start_again(made->state), "exit_io_bitmap",
                                                  {word32(thread.address)})) {
            given_back++;
            const Place map = f.of(f.world.global("main_tss"), "tss.io_map");
            f.scene.equal(back, "the TSS's bitmap lies beyond it", ForkScene::now(back, map),
                          Word(16, f.world.global("main_tss").size));
            for (unsigned i = 0; i < IO_BITMAP_PAGES; i++) {
                const Place page = f.of(thread, fmt::format("io_bitmap[{}]", i));
                f.scene.equal(back, "the child's bitmap", ForkScene::now(back, page), word32(0));
            }
            Changes changes(f, back);
            changes.anything(thread).anything(map);
            changes.anything(
                {static_cast<std::uint32_t>(f.before(f.of(f.child, "stack")).value()) - f.regs.size, "",
                 f.regs.size});
            changes.nothing_else();
        }
    }
    if (!proof.replaying()) proof.check("some bitmap is given back", given_back != 0);
}

} // namespace

std::vector<Theorem> exit_row_theorems() {
    std::vector<Theorem> all;
    for (const ExitRow& row : rows) {
        std::string functions;
        for (const GivesBack& g : row.exit)
            if (functions.find(g.function) == std::string::npos)
                functions += (functions.empty() ? "" : " and ") + std::string(g.function);
        all.push_back(machine_theorem(fmt::format("exit/{}", row.resource),
                                      fmt::format("what {} takes, {} gives back: all as before",
                                                  fmt::join(row.steps, " and "), functions),
                                      [&row](MachineProof& proof) { row_theorem(proof, row); }));
    }
    all.push_back(machine_theorem(
        "exit/pid", "what pid takes, detach_pid (and drop_pid) gives back: all as before", pid_row));
    all.push_back(machine_theorem(
        "exit/io_bitmap", "what thread takes, exit_io_bitmap gives back, and no port is open any more",
        ports_row));
    return all;
}

} // namespace forkproof::proofs
