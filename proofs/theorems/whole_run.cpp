// whole/...: all steps as one run, for every flag word and with each allocation failing or not. Ways are
// merged where a step has been taken or given back; ways that fail in different steps stay apart. What
// merging makes of samples of the flags is compared with the ways one by one (whole_compare.cpp). A
// cross-check of the steps' own theorems and of the ladder: here no step is a contract, and none is told what
// the one before it has left.
#include "invariants/errno.hpp"
#include "proofs/theorems/theorems.hpp"
#include "proofs/theorems/whole_scene.hpp"
#include "proofs/world/changes.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// A way that has been merged knows of each object only under which condition it lives. At an exit that is
/// the same for all: nothing new is alive, and all that was there is. But for pages: a new one may be in a
/// pool now, so where it may be alive the ways part again, and Changes looks at each.
Path with_all_given_back(WholeScene& w, const Path& path) {
    Path settled = path;
    for (auto& [address, block] : settled.state.memory.blocks) {
        const bool page = block.fresh && block.kind == "frame";
        if (page && (block.alive.known() || w.scene.possible(path, block.alive))) continue;
        w.scene.prove(path,
                      block.name + (block.fresh ? " is given back" : " is still there (it has been freed)"),
                      block.fresh ? !block.alive : block.alive);
        block.alive = !block.fresh;
    }
    return settled;
}

/// What the child has when all steps are done: each row of the sharing table, whatever the flags. What is its
/// own is a living object of this run, with its count.
void complete(WholeScene& w, const Path& path) {
    const Place child{path.state.address(ForkScene::now(path, w.of(w.request, "child"))), "Task", 0};
    const Word marker = word32(~0U);
    for (const StageRow& row : stage_rows) {
        const Word got = ForkScene::now(path, w.of(child, row.field));
        const Word expected =
            w.child_has(row, w.before(w.of(w.parent, row.field)), marker, w.table.rows().size());
        Truth own = false;
        for (const auto& [address, block] : path.state.memory.blocks) {
            if (!block.fresh || block.kind != row.kind) continue;
            const Place count = w.of({address, row.type, 0}, row.count);
            own = own || (eq(got, word32(address)) && block.alive &&
                          eq(ForkScene::now(path, count), word32(row.own_count)));
        }
        w.scene.prove(path, fmt::format("child->{} is as the sharing table says", row.field),
                      eq(got, expected) || (eq(expected, marker) && own));
    }
}

using Exits = std::set<std::pair<std::string, std::string>>;

Exits all_exits(const ForkShape& shape) {
    Exits exits = {{"task", "ENOMEM"},
                   {"creds", "ENOMEM"},
                   {"files", "ENOMEM"},
                   {"fs", "ENOMEM"},
                   {"fs", "EAGAIN"},
                   {"sighand", "ENOMEM"},
                   {"signal", "ENOMEM"},
                   {"namespaces", "ENOMEM"},
                   {"thread", "EFAULT"},
                   {"thread", "EINVAL"},
                   {"pid", "ENOMEM"},
                   {"proc-mount", "ENOMEM"},
                   {"signal-check", "ERESTARTNOINTR"},
                   {"signal-check", "OK"}};
    if (shape.mm) exits.insert({"mm", "ENOMEM"});
    if (shape.io) exits.insert({"io", "ENOMEM"});
    if (!shape.undo) exits.insert({"semundo", "ENOMEM"});
    return exits;
}

void every_flag_word(MachineProof& proof, const std::string& title, const ForkShape& shape) {
    Sites sites;
    WholeScene w(proof, title, sites, shape);
    w.merge();
    Exits exits;
    for (const Path& path : w.call("copy_process")) {
        const Word result = path.state.get(Reg::eax);
        w.scene.check(path, "what copy_process returns is one errno on each way that is left",
                      result.known());
        const auto error = static_cast<Errno>(result.value());
        exits.emplace(w.table.rows().at(path.state.mark - 1).name, errno_name(error));
        if (error == Errno::OK)
            complete(w, path);
        else
            for_each_part(w.scene, with_all_given_back(w, path), [&](const Path& part) {
                Changes(w, part).anything(w.stack_of_child).also(ResidueWhen::pid_reached).nothing_else();
            });
    }
    if (proof.replaying()) return;
    std::string got;
    for (const auto& [step, error] : exits) got += fmt::format(" {}:{}", step, error);
    proof.log(fmt::format("exits:{}", got));
    proof.check("every step that can fail is an exit, with each of its errnos; there is:" + got,
                exits == all_exits(shape));
}

Theorem whole(const std::string& name, const std::string& caller, const ForkShape& shape) {
    return machine_theorem(
        "whole/" + name,
        "all steps as one run, every flag word and failure, of " + caller + ": each exit restores",
        [caller, shape](MachineProof& proof) { every_flag_word(proof, caller, shape); }, true);
}

} // namespace

std::vector<Theorem> whole_run_theorems() {
    return {
        whole("copy_process", "a kernel thread", {.undo = false, .mm = false}),
        whole("with-undo", "a kernel thread with an undo list and an io context", {.io = true, .mm = false}),
        whole("with-mm", "a caller with one mapping of one page", {.undo = false}),
        whole("with-mm-and-undo",
              "a caller with an undo list, an FPU image, an io context and one mapping of one page",
              {.fpu = true, .io = true}),
        merged_as_single()};
}

} // namespace forkproof::proofs
