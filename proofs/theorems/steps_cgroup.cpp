// cgroup and ns-cgroup: the child is in its parent's group, or, with namespaces of its own, in a new one
// below it that bears its number. The names of the group's directory stand in two buckets of the hash: one
// for the number, which may be there already, and one for `tasks`.
#include "proofs/theorems/step_contract.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr unsigned CAP_SYS_ADMIN = 21; // linux-2.6.33 linux/capability.h
constexpr std::uint32_t S_IFDIR = 0040000, S_IFREG = 0100000;
constexpr std::uint32_t DIGITS = 2; ///< of the number in these scenes: helpers/decimal has all
constexpr std::uint32_t TASKS_LENGTH = 5;

void step_cgroup(MachineProof& proof) {
    ForkScene f(proof, "cgroup", "cgroup");
    prove_step(f, {.step = "cgroup",
                   .success =
                       [&](const Path& path) {
                           Changes changes(f, path);
                           changes.is(f.of(f.child, "cgroups"), f.css_set.address);
                           changes.is(f.of(f.css_set, "count"),
                                      f.before(f.of(f.css_set, "count")) + word32(1));
                           changes.nothing_else();
                       },
                   .can_fail = false});
}

/// Where the caller's group is, and whether ns is bound to the hierarchy.
struct GroupScene : ForkScene {
    Place number_bucket, tasks_bucket;
    Word digits;

    GroupScene(MachineProof& proof, const std::string& title, Groups where)
        : ForkScene(proof, title, "ns-cgroup", {.groups = where}),
          digits(world.any("the number's digits", DIGITS * 8)) {
        const Place callers_pid = world.object("Pid", "parent's pid", "pid"),
                    pid = world.object("Pid", "child's pid", "pid");
        for (const Place& p : {callers_pid, pid}) world.point(of(p, "numbers[0].ns"), pid_ns);
        world.set(of(callers_pid, "level"), 0);
        world.point(of(parent, "pids[0].pid"), callers_pid);
        world.set(of(pid, "level"), ite(flag(CLONE_NEWPID), word32(1), word32(0)));
        world.point(of(request, "pid"), pid);
        const Word number = world.get(of(pid, "numbers[0].nr"));
        scene.contract("decimal", [this, number](State& s) {
            if (!s.decide(eq(argument(s, 0), number)))
                throw Violation("the group is named after another number than the caller's");
            for (std::uint32_t i = 0; i < DIGITS; i++)
                s.memory.poke(s.address(argument(s, 1)) + i, extract(digits, 8 * i + 7, 8 * i), s.ip);
            returns(s, word32(DIGITS));
        });
        scene.assume("the number has two digits (any: helpers/decimal)", true);
        build_hash();
    }

    /// A bucket a directory: neither is what is in the other.
    void build_hash() {
        const Place hash = world.global("hash_table");
        number_bucket = {hash.address, "", 4};
        tasks_bucket = {hash.address + 4, "", 4};
        world.set(number_bucket, shape.groups == Groups::none ? 0 : neighbour.address);
        world.set(tasks_bucket, 0);
        scene.contract("name_bucket", [this](State& s) {
            const bool in_group = shape.groups != Groups::none && argument(s, 0).is(group.address);
            returns(s, word32(in_group ? number_bucket.address : tasks_bucket.address));
        });
        if (shape.groups == Groups::none) return;
        world.set(of(neighbour, "name.data"), of(neighbour, "storage").address);
        world.set(of(neighbour, "name.size"), DIGITS);
    }

    [[nodiscard]] Truth asked() const {
        return shape.groups == Groups::none
                   ? Truth(false)
                   : flag(NSPROXY_FLAGS) && !is_zero(before(of(world.global("cgroup_root"), "ns_bound")));
    }
    /// The number's group is there already.
    [[nodiscard]] Truth taken() const {
        Truth same = true;
        for (std::uint32_t i = 0; i < DIGITS; i++) // one byte of the storage after the other
            same = same && eq(extract(digits, 8 * i + 7, 8 * i),
                              world.get({of(neighbour, "storage").address + i, "", 1}));
        return same;
    }
    [[nodiscard]] Truth may() const { return bit(before(of(cred, "cap_effective")), CAP_SYS_ADMIN); }

    [[nodiscard]] Word error(const Path& path) const {
        if (shape.groups == Groups::none) return word32(0);
        const Word late = an_allocation_failed(path.state) ? errno_word(Errno::ENOMEM)
                                                           : ite(may(), word32(0), errno_word(Errno::EPERM));
        return ite(asked(), ite(taken(), errno_word(Errno::EEXIST), late), word32(0));
    }

    void more(Changes& changes, const Place& place, std::uint32_t by) {
        changes.is(place, before(place) + Word(place.size * 8, by));
    }
    /// The nodes now stand at the end of a list, in this order.
    void last_in(Changes& changes, const Place& head, const std::vector<Place>& nodes) {
        const Place last_link{head.address + 4, "", 4};
        auto previous = static_cast<std::uint32_t>(before(last_link).value());
        for (const Place& node : nodes) {
            changes.is({previous, "", 4}, node.address).is({node.address + 4, "", 4}, previous);
            previous = node.address;
        }
        changes.is({previous, "", 4}, head.address).is(last_link, previous);
    }
    void new_inode(Changes& changes, const Place& inode, std::uint32_t mode, std::uint32_t nth,
                   const char* ops) {
        changes.is(of(inode, "mode"), mode);
        changes.is(of(inode, "ino"), before(of(cgroup_sb, "last_ino")) + word32(nth));
        changes.is(of(inode, "uid"), before(of(cred, "fsuid")))
            .is(of(inode, "gid"), before(of(cred, "fsgid")));
        changes.is(of(inode, "ops"), world.image().symbol(ops));
        changes.is(of(inode, "i_op"), world.image().symbol("cgroup_inodes"));
        changes.is(of(inode, "sb"), cgroup_sb.address);
    }
    void new_entry(Changes& changes, const Place& entry, const Place& directory, const Place& inode,
                   const Place& bucket) {
        changes.is(of(entry, "directory"), directory.address).is(of(entry, "inode"), inode.address);
        changes.is(of(entry, "hash_next"), before(bucket)).is(bucket, entry.address);
    }

    void own_group(const Path& path) {
        Changes changes(*this, path);
        const Place set = changes.fresh("css_set"), made = changes.fresh("inode"),
                    file = changes.fresh("inode"), file_entry = changes.fresh("dirent"),
                    entry = changes.fresh("dirent");
        // The child has gone from its maker's set to one of its own, the last of all.
        changes.is(of(child, "cgroups"), set.address);
        changes.is(of(css_set, "count"), before(of(css_set, "count")) - word32(1));
        changes.is(of(set, "count"), 1).is(of(set, "cgroup"), made.address);
        last_in(changes, of(world.global("css_sets"), "head"), {of(set, "node")});
        // The directory: held by its name, its set and its file.
        new_inode(changes, made, S_IFDIR | 0755, 1, "directory_ops");
        changes.is(of(made, "count"), 3).is(of(made, "nlink"), 2).is(of(made, "parent"), group.address);
        changes.is(of(made, "entry"), entry.address).is(of(made, "next_position"), 3);
        const Place first = of(made, "entries.head");
        for (const char* link : {"next", "prev"}) {
            changes.is(of(first, link), of(file_entry, "sibling").address);
            changes.is(of(of(file_entry, "sibling"), link), first.address);
        }
        changes.rest_is_zero(made);
        new_inode(changes, file, S_IFREG | 0644, 2, "cgroup_tasks_ops");
        changes.is(of(file, "count"), 1).is(of(file, "nlink"), 1).is(of(file, "parent"), made.address);
        changes.is(of(file, "next_position"), 2).empty_list(of(file, "entries.head")).rest_is_zero(file);
        new_entry(changes, file_entry, made, file, tasks_bucket);
        changes.is(of(file_entry, "position"), 2).is(of(file_entry, "name.size"), TASKS_LENGTH);
        const Word name = now(path, of(file_entry, "name.data"));
        for (std::uint32_t i = 0; i < TASKS_LENGTH; i++)
            scene.equal(path, "the file's name", path.state.memory.peek(path.state.address(name) + i, 1),
                        Word(8, static_cast<unsigned char>("tasks"[i])));
        changes.anything(of(file_entry, "name.data")).anything(of(file_entry, "storage"));
        // Its name in the directory above.
        new_entry(changes, entry, group, made, number_bucket);
        const Place storage = of(entry, "storage");
        for (std::uint32_t i = 0; i < DIGITS; i++)
            changes.is({storage.address + i, "", 1}, extract(digits, 8 * i + 7, 8 * i));
        changes.anything(storage).is(of(entry, "name.data"), storage.address);
        changes.is(of(entry, "name.size"), DIGITS)
            .is(of(entry, "position"), before(of(group, "next_position")));
        last_in(changes, of(group, "entries.head"), {of(entry, "sibling")});
        last_in(changes, of(cgroup_sb, "entries.head"),
                {of(file_entry, "in_super_block"), of(entry, "in_super_block")});
        for (const char* field : {"count", "nlink", "next_position"}) more(changes, of(group, field), 1);
        more(changes, of(cgroup_sb, "count"), 1);
        more(changes, of(cgroup_sb, "last_ino"), 2);
        changes.nothing_else();
    }
};

void step_ns_cgroup_in(MachineProof& proof, const std::string& title, Groups where) {
    GroupScene g(proof, title, where);
    const bool may_fail = where != Groups::none;
    prove_step(g, {.step = "ns-cgroup",
                   .error = [&](const Path& path) { return g.error(path); },
                   .success =
                       [&](const Path& path) {
                           divide(
                               g, path, g.asked(), [&](const Path& part) { g.own_group(part); },
                               [&](const Path& part) { Changes(g, part).nothing_else(); });
                       },
                   .can_fail = may_fail});
    if (!may_fail) return;
    for (const Errno e : {Errno::EEXIST, Errno::EPERM, Errno::ENOMEM})
        g.scene.reached(fmt::format("step ns-cgroup fails with {}", errno_name(e)), g.acquire("ns-cgroup"),
                        [&](const Path& path) { return eq(path.state.get(Reg::eax), errno_word(e)); });
}

void step_ns_cgroup(MachineProof& proof) {
    step_ns_cgroup_in(proof, "no hierarchy", Groups::none);
    step_ns_cgroup_in(proof, "the caller is in the top group", Groups::top);
    step_ns_cgroup_in(proof, "the caller is in a group below", Groups::below);
}

} // namespace

std::vector<Theorem> steps_cgroup_theorems() {
    return {machine_theorem("steps/cgroup", "the child is in its parent's group", step_cgroup),
            machine_theorem("steps/ns-cgroup",
                            "a child with namespaces of its own is in a new group below its parent's, if ns "
                            "is bound and the name is free; of a failure or a release no directory is left",
                            step_ns_cgroup)};
}

} // namespace forkproof::proofs
