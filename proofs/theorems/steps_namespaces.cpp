// namespaces: the caller's nsproxy counted once more, or a new one in which each namespace is either new or
// the caller's counted once more. With CLONE_NEWNS the child's root and working directory move to the copy of
// the mount, if they stood in the caller's mount namespace.
#include "proofs/theorems/step_contract.hpp"
#include "proofs/world/in_bochs.hpp"
#include "proofs/world/process_numbers.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr unsigned MAX_PID_NS_LEVEL = 7, PAGE = 4096;
constexpr std::uint8_t FRAME_USE_OTHER = 6; // FrameUse::other

/// Where root and working directory stand: in the root mount of the caller's mount namespace, in what is
/// mounted on that, elsewhere, or nowhere.
enum class Stands : std::uint8_t { here, upper, elsewhere, nowhere };

struct NamespaceScene : ForkScene {
    Place elsewhere; ///< a mount of another namespace, or of none
    Place next_id;
    Stands root, pwd;

    NamespaceScene(MachineProof& proof, const std::string& title, Stands root_in, Stands pwd_in)
        : ForkScene(proof, title, "namespaces", {.mounts = pwd_in == Stands::upper ? 2U : 1U}),
          elsewhere(world.object("Mount", "mount elsewhere", "mount")), next_id(world.global("next_id")),
          root(root_in), pwd(pwd_in) {
        world.set(of(pid_ns, "level"), world.any("level of the caller's pid namespace"));
        scene.assume("pid namespaces lie at most 7 deep", ult(level(), word32(MAX_PID_NS_LEVEL + 1)));
        scene.assume("", !eq(world.get(of(elsewhere, "mnt_ns")), word32(mnt_ns.address)));
        // The namespace, a mount on it, the caller's fs and perhaps the child's own: six at most in this
        // scene.
        many_hold("a mount's count is at least the number of those who stand in it", elsewhere);
        for (const Mounted& m : mounts()) many_hold("", m.mount);
        for (const Place& i : {root_inode, cwd_inode})
            many_hold("a directory's count is at least the number of those who stand in it", i);
        for (const Place& owner : {fs, own["fs"]}) {
            world.set(of(owner, "root.mnt"), stands_in(root));
            world.set(of(owner, "pwd.mnt"), stands_in(pwd));
        }
    }

    [[nodiscard]] Word level() const { return world.get(of(pid_ns, "level")); }
    [[nodiscard]] std::uint32_t stands_in(Stands where) const {
        if (where == Stands::nowhere) return 0;
        return where == Stands::here    ? mount.address
               : where == Stands::upper ? upper_mount.address
                                        : elsewhere.address;
    }
    void many_hold(const std::string& why, const Place& object) {
        const Word count = before(of(object, "count"));
        scene.assume(why, ult(word32(5), count) && ult(count, word32(1U << 31)));
    }

    /// A mount of the caller's namespace, with what it holds.
    struct Mounted {
        Place mount, root, super_block;
        Stands where;
    };
    [[nodiscard]] std::vector<Mounted> mounts() const {
        std::vector<Mounted> all = {{mount, root_inode, super_block, Stands::here}};
        if (shape.mounts > 1) all.push_back({upper_mount, upper_root, upper_super_block, Stands::upper});
        return all;
    }
    [[nodiscard]] unsigned standing_in(Stands where) const {
        return (root == where ? 1U : 0U) + (pwd == where ? 1U : 0U);
    }
    void one_more(Changes& changes, const Place& object, const char* count = "count") {
        changes.is(of(object, count), before(of(object, count)) + word32(1));
    }

    /// One namespace more of the caller's, or what `make` states.
    void each(Changes& changes, const Path& path, const Place& proxy, const char* field, const Place& old,
              std::uint32_t new_flag, const std::function<std::uint32_t()>& make) {
        if (!scene.possible(path, flag(new_flag))) {
            changes.is(of(old, "count"), before(of(old, "count")) + word32(1));
            changes.is(of(proxy, field), old.address);
        } else {
            changes.is(of(proxy, field), make());
        }
    }

    /// A new namespace with a count of 1 and the next identity of its kind.
    Place fresh(Changes& changes, const char* kind, const char* id) {
        const Place made = changes.fresh(kind);
        changes.is(of(made, "count"), 1).is(of(made, "id"), before(of(next_id, id)));
        changes.is(of(next_id, id), before(of(next_id, id)) + word32(1));
        return made;
    }

    /// A copy of each mount, in their order, hung together as they are.
    std::uint32_t new_mnt_ns(Changes& changes, bool of_parent) {
        const Place made = fresh(changes, "mnt_ns", "mnt");
        std::vector<Place> copies, nodes = {of(made, "mounts.head")};
        for (const Mounted& m : mounts()) {
            copies.push_back(changes.fresh("mount"));
            nodes.push_back(of(copies.back(), "node"));
            copied(changes, copies.back(), m);
            changes.is(of(copies.back(), "mnt_ns"), made.address);
        }
        for (std::size_t i = 0; i < nodes.size(); i++) {
            const Place& next = nodes[(i + 1) % nodes.size()];
            changes.is(of(nodes[i], "next"), next.address).is(of(next, "prev"), nodes[i].address);
        }
        changes.is(of(made, "root"), copies[0].address);
        not_mounted(changes, copies[0]);
        const bool upper = copies.size() > 1;
        changes.is(of(copies[0], "count"), 1 + standing_in(Stands::here) + (upper ? 1U : 0U));
        if (upper) {
            changes.is(of(copies[1], "parent"), copies[0].address);
            changes.is(of(copies[1], "mountpoint"), mountpoint.address);
            changes.is(of(copies[1], "count"), 1 + standing_in(Stands::upper));
            one_more(changes, mountpoint);
            one_more(changes, mountpoint, "mounted");
        }
        moves(changes, of_parent ? fs : own["fs"], copies);
        return made.address;
    }
    /// A copy shows what the mount shows.
    void copied(Changes& changes, const Place& copy, const Mounted& m) {
        changes.is(of(copy, "root"), m.root.address).is(of(copy, "sb"), m.super_block.address);
        changes.is(of(copy, "flags"), before(of(m.mount, "flags")));
        one_more(changes, m.root);
        one_more(changes, m.super_block);
    }
    void not_mounted(Changes& changes, const Place& copy) {
        changes.is(of(copy, "parent"), 0).is(of(copy, "mountpoint"), 0);
    }
    /// Root and working directory have moved from the caller's mounts to the copies.
    void moves(Changes& changes, const Place& of_fs, const std::vector<Place>& copies) {
        for (std::size_t i = 0; i < copies.size(); i++) {
            const Mounted m = mounts()[i];
            if (root == m.where) changes.is(of(of_fs, "root.mnt"), copies[i].address);
            if (pwd == m.where) changes.is(of(of_fs, "pwd.mnt"), copies[i].address);
            changes.is(of(m.mount, "count"), before(of(m.mount, "count")) - word32(standing_in(m.where)));
        }
    }

    std::uint32_t new_uts_ns(Changes& changes) {
        const Place made = fresh(changes, "uts_ns", "uts");
        changes.same_as(made, uts_ns);
        return made.address;
    }

    /// No semaphores are in it.
    std::uint32_t new_ipc_ns(Changes& changes) {
        const Place made = fresh(changes, "ipc_ns", "ipc");
        changes.is(of(made, "sem_seq"), 0).empty_list(of(made, "sem_sets"));
        return made.address;
    }

    /// Its loopback is down.
    std::uint32_t new_net_ns(Changes& changes) {
        const Place made = fresh(changes, "net_ns", "net");
        for (const char* field : {"lo_up", "lo_packets", "lo_bytes"}) changes.is(of(made, field), 0);
        return made.address;
    }

    std::uint32_t new_pid_ns(Changes& changes, const Path& path) {
        const Place made = fresh(changes, "pid_ns", "pid"), map = changes.fresh("frame");
        changes.is(of(made, "level"), level() + word32(1)).is(of(made, "parent"), pid_ns.address);
        changes.is(of(pid_ns, "count"), before(of(pid_ns, "count")) + word32(1));
        changes.is(of(made, "child_reaper"), 0).is(of(made, "last_pid"), 0).is(of(made, "proc_mnt"), 0);
        changes.is(of(made, "pidmap"), map.address).is(of(made, "nr_free"), PID_MAX - 1);
        for (std::uint32_t at = 0; at < PAGE; at += 4)
            changes.is({map.address + at, "", 4}, at == 0 ? 1 : 0); // number 0 is nobody's
        const Place entry = frame_entry(world, frame_number(map.address));
        scene.equal(path, "count of the bitmap's frame", now(path, of(entry, "count")), word32(1));
        scene.equal(path, "use of the bitmap's frame", now(path, of(entry, "use")), Word(8, FRAME_USE_OTHER));
        scene.prove(path, "no pid namespace lies deeper than 7", ult(level(), word32(MAX_PID_NS_LEVEL)));
        return made.address;
    }

    void own_nsproxy(const Path& path) {
        Changes changes(*this, path);
        const Place proxy = changes.fresh("nsproxy");
        changes.is(of(child, "nsproxy"), proxy.address).is(of(proxy, "count"), 1);
        const bool of_parent = scene.possible(path, flag(CLONE_FS));
        each(changes, path, proxy, "mnt_ns", mnt_ns, CLONE_NEWNS,
             [&] { return new_mnt_ns(changes, of_parent); });
        each(changes, path, proxy, "uts_ns", uts_ns, CLONE_NEWUTS, [&] { return new_uts_ns(changes); });
        each(changes, path, proxy, "ipc_ns", ipc_ns, CLONE_NEWIPC, [&] { return new_ipc_ns(changes); });
        each(changes, path, proxy, "pid_ns", pid_ns, CLONE_NEWPID, [&] { return new_pid_ns(changes, path); });
        each(changes, path, proxy, "net_ns", net_ns, CLONE_NEWNET, [&] { return new_net_ns(changes); });
        changes.nothing_else();
    }

    /// The child's own fs goes on standing in the copies of the mounts, which lie in no namespace any more,
    /// until release_fs gives all back. So the two releases together are what leaves nothing behind.
    void released_with_moved_fs(const Path& path) {
        Changes changes(*this, path);
        std::vector<Place> copies;
        for (const Mounted& m : mounts()) {
            copies.emplace_back();
            if (standing_in(m.where) == 0) continue; // it has gone with the namespace
            const Place copy = copies.back() = changes.fresh("mount");
            copied(changes, copy, m);
            not_mounted(changes, copy);
            changes.is(of(copy, "count"), standing_in(m.where)).is(of(copy, "mnt_ns"), 0);
            for (const char* link : {"next", "prev"})
                changes.is(of(of(copy, "node"), link), of(copy, "node").address);
        }
        moves(changes, own["fs"], copies);
        changes.nothing_else();
        for (const Path& undone : release(path, "fs")) {
            Changes after(*this, undone);
            after.freed(own["fs"]).is(of(child, "fs"), 0);
            std::vector<Mounted> stood = mounts();
            stood.push_back({elsewhere, {}, {}, Stands::elsewhere});
            for (const Mounted& m : stood)
                after.is(of(m.mount, "count"), before(of(m.mount, "count")) - word32(standing_in(m.where)));
            for (const Place& i : {root_inode, cwd_inode})
                after.is(of(i, "count"), before(of(i, "count")) - word32(1));
            after.nothing_else();
        }
    }
};

/// Every flag that the code asks about is known on the path: the parts on which one is set and not.
void for_each_answer(NamespaceScene& f, const Path& path, const std::vector<std::uint32_t>& flags,
                     const std::function<void(const Path&)>& then) {
    if (flags.empty()) return then(path);
    const std::vector<std::uint32_t> rest(flags.begin() + 1, flags.end());
    auto go_on = [&](const Path& part) { for_each_answer(f, part, rest, then); };
    divide(f, path, f.flag(flags[0]), go_on, go_on);
}

Word expected_errno(const NamespaceScene& f, const Path& path) {
    const Word failed = errno_word(Errno::ENOMEM);
    if (errno_of_allocations(path).same(failed)) return failed;
    const Truth too_deep = f.flag(CLONE_NEWPID) && eq(f.level(), word32(MAX_PID_NS_LEVEL));
    return ite(too_deep, failed, errno_word(Errno::OK));
}

enum class Width : std::uint8_t {
    only_newns, ///< the other namespaces do not look at fs
    one_fails,  ///< all flags, and at most one allocation fails
    all
};

void namespaces_in(MachineProof& proof, const std::string& title, Stands root, Stands pwd, Width width) {
    NamespaceScene f(proof, title, root, pwd);
    if (width == Width::only_newns)
        f.scene.assume("", eq(f.flags & word32(NSPROXY_FLAGS), word32(CLONE_NEWNS)));
    if (width == Width::one_fails) one_allocation_fails(f.scene);
    const std::vector<Path> paths = f.acquire("namespaces");
    const Truth moved = f.flag(CLONE_NEWNS), moved_of_parent = moved && f.flag(CLONE_FS);
    for (const Path& path : paths) {
        shown_by_errno(f, "namespaces", path);
        f.scene.equal(path, "errno of step namespaces", path.state.get(Reg::eax), expected_errno(f, path));
        shown_by_acquire(f, "namespaces", path);
        if (const auto failed = f.scene.when(path, !is_zero(path.state.get(Reg::eax)))) restored(f, *failed);
        const auto made = f.scene.when(path, is_zero(path.state.get(Reg::eax)));
        if (!made) continue;
        f.check_stage(*made, "namespaces");
        const std::vector<std::uint32_t> asked = {CLONE_NEWNS,  CLONE_NEWUTS, CLONE_NEWIPC,
                                                  CLONE_NEWPID, CLONE_NEWNET, CLONE_FS};
        for_each_answer(f, *made, asked, [&](const Path& part) {
            if (f.scene.possible(part, f.flag(NSPROXY_FLAGS)))
                f.own_nsproxy(part);
            else
                Changes(f, part)
                    .is(f.of(f.child, "nsproxy"), f.nsproxy.address)
                    .is(f.of(f.nsproxy, "count"), f.before(f.of(f.nsproxy, "count")) + word32(1))
                    .nothing_else();
        });
        if (const auto rest = f.scene.when(*made, !moved_of_parent))
            for (const Path& undone : f.release(*rest, "namespaces"))
                divide(
                    f, undone,
                    moved && Truth(f.standing_in(Stands::here) + f.standing_in(Stands::upper) != 0),
                    [&](const Path& part) { f.released_with_moved_fs(part); },
                    [&](const Path& part) { restored(f, part); });
    }
    f.scene.assume("where namespaces are given back, FS with NEWNS has been refused (rule newns-fs)", true);
    if (width == Width::only_newns) return;
    f.scene.reached("the namespaces are shared", paths, [&](const Path&) { return !f.flag(NSPROXY_FLAGS); });
    f.scene.reached("all are new", paths, [&](const Path& p) {
        return is_zero(p.state.get(Reg::eax)) && eq(f.flags & word32(NSPROXY_FLAGS), word32(NSPROXY_FLAGS));
    });
}

void step_namespaces(MachineProof& proof) {
    using enum Stands;
    namespaces_in(proof, "namespaces", here, here, Width::one_fails);
    namespaces_in(proof, "working directory in what is mounted on the root", here, upper, Width::only_newns);
    namespaces_in(proof, "root elsewhere", elsewhere, here, Width::only_newns);
    namespaces_in(proof, "working directory elsewhere", here, elsewhere, Width::only_newns);
    namespaces_in(proof, "root and working directory elsewhere", elsewhere, elsewhere, Width::only_newns);
    namespaces_in(proof, "no root or working directory", nowhere, nowhere, Width::only_newns);
}

void step_namespaces_all(MachineProof& proof) {
    namespaces_in(proof, "namespaces", Stands::here, Stands::here, Width::all);
}

} // namespace

std::vector<Theorem> steps_namespaces_theorems() {
    return {machine_theorem(
                "steps/namespaces",
                "each namespace is new where a flag asks for it, else counted once more; a failure restores, "
                "and so does a release together with that of fs",
                step_namespaces),
            machine_theorem("steps/namespaces-all", "the same where any of the allocations fail",
                            step_namespaces_all, true)};
}

} // namespace forkproof::proofs
