// ladder: the runner takes the steps in the order of the image's table, and a failure gives back what was
// taken, last first, each once, with its errno. The steps themselves are contracts here; that what each
// leaves is what the next one assumes is part of each step's own theorem (ForkScene::check_stage).
#include "invariants/errno.hpp"
#include "invariants/flags.hpp"
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/in_bochs.hpp"
#include <algorithm>
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t SIGCHLD = 17; // a fork's flag word

/// What the runner has called, in order: kept as notes of the path.
std::vector<std::string> calls_of(const State& state) {
    std::vector<std::string> calls;
    for (const Event* e = state.events().get(); e; e = e->before.get())
        if (e->kind == Event::Kind::note) calls.insert(calls.begin(), e->note);
    return calls;
}

struct LadderScene {
    Scene& scene;
    StepTable table;
    Place request;
    std::vector<Word> error; ///< what each step answers if it fails

    explicit LadderScene(MachineProof& proof)
        : scene(proof.scene("any failures of the steps")), table(proof),
          request(scene.world().object("ForkRequest", "request")) {
        World& world = scene.world();
        panics_are_violations(scene);
        world.set(world.global("steps_are_watched"), 0); // neither fail= nor check=step was asked for
        proof.assumption("steps_are_watched is false: neither fail= nor check=step is on the command line");
        std::map<std::string, std::vector<std::size_t>> releases;
        for (std::size_t i = 0; i < table.rows().size(); i++) {
            const StepTable::Row& row = table.rows()[i];
            error.push_back(world.any("errno of " + row.name));
            scene.assume("a step that fails says an errno", !is_zero(error.back()));
            scene.show(row.name, from_truth(fails(i), 1));
            scene.contract(row.acquire_name, [this, i](State& s) { acquire(s, i); });
            releases[row.release_name].push_back(i);
        }
        for (const auto& [name, rows] : releases)
            scene.contract(name, [this, name = name](State& s) {
                check_request(s);
                s.note(Event::Kind::note, s.ip, 0, "release " + name);
                returns_nothing(s);
            });
        scene.reproduce = [this](const Values& value) { return command(value); };
    }

    [[nodiscard]] Truth fails(std::size_t i) const {
        return bit(scene.world().any("step " + table.rows()[i].name + " fails", 1), 0);
    }

  private:
    /// A plain fork in which the first step that fails does so, with its errno if that has a name.
    [[nodiscard]] std::string command(const Values& value) const {
        std::size_t first = 0;
        while (first < error.size() && value(from_truth(fails(first), 1)) == 0) first++;
        if (first == error.size()) return clone_command(SIGCHLD);
        const StepTable::Row& row = table.rows()[first];
        if (row.usual_failure == 0) return ""; // no boot makes it fail
        const std::string name = errno_name(static_cast<Errno>(value(error[first])));
        return clone_command(SIGCHLD,
                             name == "?" || row.name == "signal-check" ? row.name : row.name + ":" + name);
    }
    void check_request(State& s) const {
        if (!argument(s, 0).is(request.address)) throw Violation("a step is called with another request");
    }
    void acquire(State& s, std::size_t i) const {
        check_request(s);
        const bool failed = s.decide(fails(i));
        s.note(Event::Kind::note, s.ip, 0, "acquire " + table.rows()[i].name);
        returns(s, failed ? error[i] : word32(0));
    }
};

void runner(MachineProof& proof) {
    LadderScene l(proof);
    const std::vector<StepTable::Row>& rows = l.table.rows();
    const std::vector<Path> paths = l.scene.call("copy_process", {word32(l.request.address)});
    std::set<std::size_t> exits;
    for (const Path& path : paths) {
        // Which exit this is follows from the first failure alone.
        std::size_t k = 0;
        while (k < rows.size() && !l.scene.possible(path, l.fails(k))) k++;
        exits.insert(k);
        std::vector<std::string> expected;
        for (std::size_t i = 0; i < rows.size() && i <= k; i++) expected.push_back("acquire " + rows[i].name);
        if (k < rows.size())
            for (std::size_t i = k; i-- > 0;) expected.push_back("release " + rows[i].release_name);
        const std::vector<std::string> got = calls_of(path.state);
        for (std::size_t i = 0; i < std::max(got.size(), expected.size()); i++) {
            const std::string is = i < got.size() ? got[i] : "nothing",
                              should = i < expected.size() ? expected[i] : "nothing";
            l.scene.check(path, fmt::format("call {} of the runner: expected {}, got {}", i + 1, should, is),
                          is == should);
        }
        l.scene.equal(path, "errno of copy_process", path.state.get(Reg::eax),
                      k < rows.size() ? l.error[k] : word32(0));
        for (const auto& [address, written] : path.state.memory.written()) {
            const auto* region = l.scene.world().region_at(address);
            l.scene.check(path, "the runner itself writes nothing, but " + l.scene.world().name_of(address),
                          region && region->second.name == "stack");
        }
    }
    if (proof.replaying()) return;
    proof.check("every step can be the one that fails, and none need to", exits.size() == rows.size() + 1);
}

/// A fork with an undo list, so that every row has something to release; in it the next step fails that can.
std::string release_command(const StepTable& table, std::size_t step) {
    for (step++; step < table.rows().size(); step++)
        if (table.rows()[step].usual_failure != 0)
            return clone_command(CLONE_SYSVSEM | SIGCHLD, table.rows()[step].name);
    return clone_command(SIGCHLD); // nothing fails after it, so nothing is released
}

/// The table that the image holds pairs each acquire with its release, in the listing's order.
void table(MachineProof& proof) {
    const StepTable table(proof);
    const char* const names[] = {"task",  "creds",  "exec-domain", "cgroup",     "sched",     "semundo",
                                 "files", "fs",     "sighand",     "signal",     "mm",        "namespaces",
                                 "io",    "thread", "pid",         "proc-mount", "ns-cgroup", "signal-check"};
    proof.check("the steps of the table are those of the specification",
                table.rows().size() == std::size(names));
    const std::set<std::string> nothing_held = {"sched", "signal-check"};
    for (std::size_t i = 0; i < table.rows().size(); i++) {
        const StepTable::Row& row = table.rows()[i];
        std::string plain = row.name;
        std::replace(plain.begin(), plain.end(), '-', '_');
        proof.check(fmt::format("step {} is {}", i, names[i]), row.name == names[i]);
        proof.check(row.name + " is acquired by acquire_" + plain, row.acquire_name == "acquire_" + plain);
        const std::string release = nothing_held.contains(row.name) ? "release_nothing"
                                    : row.name == "task"            ? "release_task_step"
                                                                    : "release_" + plain;
        if (row.release_name != release)
            throw NotProved{Outcome::refuted,
                            {fmt::format("step {}: expected to be released by {}, got {}", row.name, release,
                                         row.release_name),
                             "in Bochs    " + release_command(table, i)}};
    }
    Scene& scene = proof.scene("release_nothing");
    const Place request = scene.world().object("ForkRequest", "request");
    for (const Path& path : scene.call("release_nothing", {word32(request.address)}))
        for (const auto& [address, written] : path.state.memory.written())
            scene.check(path, "release_nothing does nothing",
                        scene.world().region_at(address)->second.name == "stack");
}

} // namespace

std::vector<Theorem> ladder_theorems() {
    return {machine_theorem("ladder/table", "acquire and release stand on one row, in the listing's order",
                            table),
            machine_theorem("ladder/runner", "k acquires, then k-1..0 releases, and the errno passed through",
                            runner)};
}

} // namespace forkproof::proofs
