// proc-mount: the proc of a new pid namespace: its super block, its root, and the kernel's mount of it, which
// the namespace holds as the super block holds the namespace.
#include "proofs/theorems/step_contract.hpp"

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t S_IFDIR_0555 = 040555, PROC_ROOT_INO = 1, FIRST_DEVICE = 0x10000,
                        FIRST_POSITION = 2; // of getdents, behind . and ..

struct ProcScene : ForkScene {
    Place new_ns; ///< what CLONE_NEWPID has made; the child's nsproxy and its number hold it

    explicit ProcScene(MachineProof& proof)
        : ForkScene(proof, "proc-mount", "proc-mount"),
          new_ns(world.object("PidNs", "new pid namespace", "pid_ns")) {
        world.set(of(new_ns, "proc_mnt"), 0); // as step namespaces leaves it
        world.point(of(new_ns, "parent"), pid_ns);
        const Word count = before(of(new_ns, "count"));
        scene.assume("the child's nsproxy and its number hold the new pid namespace",
                     ult(word32(1), count) && ult(count, word32(1U << 31)));
        world.set(of(own["nsproxy"], "pid_ns"),
                  ite(flag(CLONE_NEWPID), word32(new_ns.address), word32(pid_ns.address)));
    }

    void has_proc(const Path& path) {
        Changes changes(*this, path);
        const Place sb = changes.fresh("super_block"), root = changes.fresh("inode"),
                    made = changes.fresh("mount");
        const Image& image = world.image();
        changes.is(of(new_ns, "proc_mnt"), made.address);
        changes.is(of(new_ns, "count"), before(of(new_ns, "count")) + word32(1));

        changes.is(of(made, "count"), 1).is(of(made, "root"), root.address).is(of(made, "sb"), sb.address);
        changes.empty_list(of(made, "node")).rest_is_zero(made); // in no namespace, on nothing

        changes.is(of(sb, "count"), 1).is(of(sb, "root"), root.address).is(of(sb, "pid_ns"), new_ns.address);
        changes.is(of(sb, "device"), word32(FIRST_DEVICE) + before(of(new_ns, "id")));
        changes.is(of(sb, "type"), image.symbol("proc"));
        changes.empty_list(of(sb, "entries.head")).rest_is_zero(sb);

        changes.is(of(root, "count"), 2).is(of(root, "nlink"), 2).is(of(root, "sb"), sb.address);
        changes.is(of(root, "mode"), S_IFDIR_0555).is(of(root, "ino"), PROC_ROOT_INO);
        changes.is(of(root, "ops"), image.symbol("directory_ops"));
        changes.is(of(root, "i_op"), image.symbol("proc_inodes"));
        changes.is(of(root, "proc"), image.symbol("proc_root"));
        changes.is(of(root, "next_position"), FIRST_POSITION);
        changes.empty_list(of(root, "entries.head")).rest_is_zero(root);
        changes.nothing_else();
    }

    /// The row of the sharing table: the caller's namespace keeps its own, a new one has one of its own.
    void check_sharing(const Path& path) {
        const Scene::About about(scene, Aspect::sharing);
        const SharingRow& row = sharing_row("proc_mount");
        scene.equal(path, "the proc mount of the caller's pid namespace", now(path, of(pid_ns, "proc_mnt")),
                    before(of(pid_ns, "proc_mnt")));
        const Word made = now(path, of(new_ns, "proc_mnt"));
        scene.prove(path, "a new pid namespace has a proc mount, and no other",
                    !(flag(row.new_flags) ^ !is_zero(made)));
        if (const auto part = scene.when(path, !is_zero(made)))
            for (const std::uint64_t value : scene.values(*part, made))
                scene.check(*part, "the proc mount is a living mount",
                            scene.is_live(part->state, static_cast<std::uint32_t>(value), "mount"));
    }
};

void step_proc_mount(MachineProof& proof) {
    ProcScene f(proof);
    auto success = [&](const Path& path) {
        f.check_sharing(path);
        divide(
            f, path, f.flag(CLONE_NEWPID), [&](const Path& part) { f.has_proc(part); },
            [&](const Path& part) { Changes(f, part).nothing_else(); });
    };
    prove_step(f, {.step = "proc-mount", .success = success});
    f.scene.reached("a new pid namespace gets its proc", f.acquire("proc-mount"), [&](const Path& path) {
        return is_zero(path.state.get(Reg::eax)) && f.flag(CLONE_NEWPID);
    });
}

/// What the death of a namespace's init gives back is what the step has taken.
void exit_proc_mount(MachineProof& proof) {
    ProcScene f(proof);
    unsigned given_back = 0;
    for (const Path& path : f.acquire("proc-mount")) {
        const auto made = f.scene.when(path, is_zero(path.state.get(Reg::eax)) && f.flag(CLONE_NEWPID));
        if (!made) continue;
        for (const Path& back : f.scene.call_from(f.scene.start_again(made->state), "pid_ns_release_proc",
                                                  {word32(f.new_ns.address)})) {
            given_back++;
            Changes(f, back).nothing_else();
        }
    }
    if (!proof.replaying()) proof.check("some proc is given back", given_back != 0);
}

} // namespace

std::vector<Theorem> steps_proc_theorems() {
    return {
        machine_theorem("steps/proc-mount",
                        "with NEWPID the new namespace gets a proc and holds a mount of it, or ENOMEM and "
                        "nothing; without it nothing happens",
                        step_proc_mount),
        machine_theorem("exit/proc_mount",
                        "what proc-mount takes, pid_ns_release_proc gives back: all as before",
                        exit_proc_mount)};
}

} // namespace forkproof::proofs
