// semundo, fs, sighand, signal and io: what a child either shares by a count or has of its own.
#include "proofs/theorems/step_contract.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t SIGNAL_UNKILLABLE = 0x40; // linux-2.6.33 linux/sched.h
constexpr int RLIM_NLIMITS = 16;                  // linux-2.6.33 asm-generic/resource.h

/// One more holder of the parent's.
void is_shared(ForkScene& f, const Path& path, const std::string& field, const Place& object,
               const std::string& count) {
    Changes changes(f, path);
    changes.is(f.of(f.child, field), object.address);
    changes.is(f.of(object, count), f.before(f.of(object, count)) + word32(1));
    changes.nothing_else();
}

void step_semundo(MachineProof& proof) {
    struct {
        const char* title;
        bool has_one, entry;
    } const callers[] = {{"semundo, the caller has a list", true, true},
                         {"semundo, the caller has a list with nothing in it", true, false},
                         {"semundo, the caller has none", false, false}};
    for (const auto& [title, has_one, entry] : callers) {
        ForkScene f(proof, title, "semundo", {.undo = has_one, .undo_entry = entry});
        auto made = [&, has_one = has_one](const Path& path) {
            if (has_one) return is_shared(f, path, "sysvsem", f.undo, "count");
            // It becomes the parent's too when it is published, not before.
            Changes changes(f, path);
            const Place fresh = changes.fresh("undo");
            changes.is(f.of(f.child, "sysvsem"), fresh.address);
            changes.is(f.of(fresh, "count"), 1).is(f.of(fresh, "ipc_ns"), f.ipc_ns.address);
            changes.empty_list(f.of(fresh, "entries.head"));
            changes.is(f.of(f.ipc_ns, "count"), f.before(f.of(f.ipc_ns, "count")) + word32(1));
            changes.nothing_else();
        };
        auto nothing = [&](const Path& path) { Changes(f, path).nothing_else(); };
        prove_step(
            f, {.step = "semundo",
                .success = [&](const Path& path) { divide(f, path, f.flag(CLONE_SYSVSEM), made, nothing); },
                .can_fail = !has_one});
    }
}

/// One place more is stored for each of the two objects, which may be the same one.
void both_counted(ForkScene& f, Changes& changes, const Place& first, const Place& second) {
    const bool same = first.address == second.address;
    for (const Place& object : {first, second})
        changes.is(f.of(object, "count"), f.before(f.of(object, "count")) + word32(same ? 2 : 1));
}

/// `pwd` is the mount that the working directory is on, `cwd` what it shows.
void fs_is_copied(ForkScene& f, const Path& path, const Place& pwd, const Place& cwd) {
    Changes changes(f, path);
    const Place fresh = changes.fresh("fs");
    changes.is(f.of(f.child, "fs"), fresh.address);
    changes.is(f.of(fresh, "users"), 1).is(f.of(fresh, "in_exec"), 0).same_as(fresh, f.fs);
    both_counted(f, changes, f.mount, pwd);
    both_counted(f, changes, f.root_inode, cwd);
    changes.nothing_else();
}

void step_fs_with(MachineProof& proof, bool same_mount) {
    ForkScene f(proof, same_mount ? "fs, root and cwd are one directory" : "fs, root and cwd on two mounts",
                "fs");
    Place pwd = f.mount, cwd = f.cwd_inode;
    if (same_mount) { // and one directory
        cwd = f.root_inode;
        f.world.point(f.of(f.fs, "pwd.inode"), cwd);
    } else {
        pwd = f.world.object("Mount", "parent->fs->pwd.mnt", "mount");
        f.world.point(f.of(f.fs, "pwd.mnt"), pwd);
        const Word count = f.before(f.of(pwd, "count"));
        f.scene.assume("every count is at least 1 and below 2^31",
                       !is_zero(count) && ult(count, word32(1U << 31)));
    }
    f.world.set(f.of(f.world.global("fs_lock"), "holder_"), 0);
    f.scene.assume("nobody holds fs_lock", true);
    f.scene.show("in_exec", f.before(f.of(f.fs, "in_exec")));
    const Truth too_late =
        f.flag(CLONE_FS) && !is_zero(f.before(f.of(f.fs, "in_exec"))) && in_force(f, RuleId::fs_in_exec);
    // That the lock is free again on every path is part of "nothing else"; taken twice, or dropped by
    // somebody else, it panics.
    prove_step(f, {.step = "fs",
                   .error =
                       [&](const Path& path) {
                           return ite(too_late, errno_word(Errno::EAGAIN), errno_of_allocations(path));
                       },
                   .success =
                       [&](const Path& path) {
                           divide(
                               f, path, f.flag(CLONE_FS),
                               [&](const Path& part) { is_shared(f, part, "fs", f.fs, "users"); },
                               [&](const Path& part) { fs_is_copied(f, part, pwd, cwd); });
                       }});
    for (const Errno e : {Errno::EAGAIN, Errno::ENOMEM})
        f.scene.reached(fmt::format("step fs fails with {}", errno_name(e)), f.acquire("fs"),
                        [&](const Path& path) { return eq(path.state.get(Reg::eax), errno_word(e)); });
}

void step_fs(MachineProof& proof) {
    for (const bool same_mount : {true, false}) step_fs_with(proof, same_mount);
}

void step_sighand(MachineProof& proof) {
    ForkScene f(proof, "sighand", "sighand");
    auto copied = [&](const Path& path) {
        Changes changes(f, path);
        const Place fresh = changes.fresh("sighand");
        changes.is(f.of(f.child, "sighand"), fresh.address);
        changes.is(f.of(fresh, "count"), 1).same_as(fresh, f.sighand);
        changes.nothing_else();
    };
    prove_step(f, {.step = "sighand", .success = [&](const Path& path) {
                       divide(
                           f, path, f.flag(CLONE_SIGHAND),
                           [&](const Path& part) { is_shared(f, part, "sighand", f.sighand, "count"); },
                           copied);
                   }});
}

/// A process of its own: alone in its group, nothing pending, nothing used yet, but the parent's limits.
void is_new_group(ForkScene& f, const Path& path) {
    Changes changes(f, path);
    const Place fresh = changes.fresh("signal");
    changes.is(f.of(f.child, "signal"), fresh.address);
    changes.is(f.of(fresh, "count"), 1).is(f.of(fresh, "live"), 1);
    // The first process of a pid namespace is its init.
    changes.is(f.of(fresh, "flags"), ite(f.flag(CLONE_NEWPID), word32(SIGNAL_UNKILLABLE), word32(0)));
    for (int i = 0; i < RLIM_NLIMITS; i++)
        for (const char* limit : {"cur", "max"}) {
            const std::string field = fmt::format("rlim[{}].{}", i, limit);
            changes.is(f.of(fresh, field), f.before(f.of(f.signal, field)));
        }
    const Place sleepers = f.of(fresh, "wait_chldexit.waiting");
    for (const char* link : {"next", "prev"}) changes.is(f.of(sleepers, link), sleepers.address);
    changes.rest_is_zero(fresh);
    changes.nothing_else();
}

void step_signal(MachineProof& proof) {
    ForkScene f(proof, "signal", "signal");
    // A thread's count on the group rises when it is published: until then nothing of it changes.
    auto joins = [&](const Path& path) {
        Changes(f, path).is(f.of(f.child, "signal"), f.signal.address).nothing_else();
    };
    prove_step(f, {.step = "signal", .success = [&](const Path& path) {
                       divide(f, path, f.flag(CLONE_THREAD), joins,
                              [&](const Path& part) { is_new_group(f, part); });
                   }});
}

void step_io(MachineProof& proof) {
    for (const bool has_one : {true, false}) {
        ForkScene f(proof, has_one ? "io, the caller has a context" : "io, the caller has none", "io",
                    {.io = has_one});
        auto nothing = [&](const Path& path) { Changes(f, path).nothing_else(); };
        auto copied = [&](const Path& path) {
            Changes changes(f, path);
            const Place fresh = changes.fresh("io_context");
            changes.is(f.of(f.child, "io_context"), fresh.address);
            changes.is(f.of(fresh, "count"), 1).same_as(fresh, f.io_context);
            changes.nothing_else();
        };
        auto success = [&](const Path& path) {
            if (!has_one) return nothing(path);
            divide(
                f, path, f.flag(CLONE_IO),
                [&](const Path& part) { is_shared(f, part, "io_context", f.io_context, "count"); },
                [&](const Path& part) { divide(f, part, f.has_io_priority(), copied, nothing); });
        };
        prove_step(f, {.step = "io", .success = success, .can_fail = has_one});
    }
}

/// Whoever is in a domain brings its children into it. Whether it is going is the verdict's question.
void step_exec_domain(MachineProof& proof) {
    ForkScene f(proof, "exec-domain", "exec-domain");
    prove_step(
        f, {.step = "exec-domain",
            .success = [&](const Path& path) { is_shared(f, path, "exec_domain", f.exec_domain, "count"); },
            .can_fail = false});
}

} // namespace

std::vector<Theorem> step_theorems() {
    return {
        machine_theorem(
            "steps/semundo",
            "with SYSVSEM the caller's undo list is shared, or one made; without it the child has none",
            step_semundo),
        machine_theorem(
            "steps/fs",
            "root and cwd are shared, unless an exec has begun, or copied; the lock is free after it",
            step_fs),
        machine_theorem("steps/sighand", "the handlers are shared or copied; a failure and a release restore",
                        step_sighand),
        machine_theorem("steps/signal",
                        "a process gets a signal struct with its parent's limits, a thread takes nothing yet",
                        step_signal),
        machine_theorem("steps/exec-domain", "the child is in the caller's exec domain, and counted there",
                        step_exec_domain),
        machine_theorem("steps/io",
                        "with IO the caller's io context is shared, without it a priority is copied; where "
                        "there is none there is nothing to share",
                        step_io),
    };
}

} // namespace forkproof::proofs
