// creds: who the child is, and one task more for its user. It is the parent's own credentials for a thread, a
// copy for a process, and with NEWUSER uid 0 of a user namespace made for it.
#include "proofs/theorems/step_contract.hpp"

namespace forkproof::proofs {

namespace {

class CredsProof {
  public:
    explicit CredsProof(MachineProof& proof) : f_(proof, "creds", "creds") {
        next_id_ = f_.world.global("next_user_ns_id");
    }

    void prove() {
        const Truth newuser = f_.flag(CLONE_NEWUSER), thread = f_.flag(CLONE_THREAD);
        prove_step(f_, {.step = "creds", .success = [&](const Path& path) {
                            divide(
                                f_, path, newuser, [&](const Path& part) { uid_0_of_a_new_namespace(part); },
                                [&](const Path& old_namespace) {
                                    divide(
                                        f_, old_namespace, thread,
                                        [&](const Path& part) { the_parents_own(part); },
                                        [&](const Path& part) { a_copy(part); });
                                });
                        }});
        // The namespace is made last: whatever stands by then is taken back.
        const std::vector<Path> paths = f_.acquire("creds");
        for (const char* what : {"cred", "user_ns", "user"})
            f_.scene.reached(std::string("no memory for a ") + what, paths,
                             [&](const Path& path) { return an_allocation_failed(path.state, what); });
    }

  private:
    [[nodiscard]] Word more(const Place& object, const std::string& field, std::uint32_t by) const {
        return f_.before(f_.of(object, field)) + word32(by);
    }
    /// Each task holds its credentials twice.
    void held_by_child(Changes& changes, const Place& cred) {
        for (const char* field : {"cred", "real_cred"}) changes.is(f_.of(f_.child, field), cred.address);
    }

    void the_parents_own(const Path& path) {
        Changes changes(f_, path);
        held_by_child(changes, f_.cred);
        changes.is(f_.of(f_.cred, "count"), more(f_.cred, "count", 2));
        changes.is(f_.of(f_.user, "processes"), more(f_.user, "processes", 1));
        changes.nothing_else();
    }

    void a_copy(const Path& path) {
        Changes changes(f_, path);
        const Place cred = changes.fresh("cred");
        held_by_child(changes, cred);
        changes.is(f_.of(cred, "count"), 2).same_as(cred, f_.cred);
        changes.is(f_.of(f_.user, "count"), more(f_.user, "count", 1));
        changes.is(f_.of(f_.group_info, "count"), more(f_.group_info, "count", 1));
        changes.is(f_.of(f_.user, "processes"), more(f_.user, "processes", 1));
        changes.nothing_else();
    }

    void uid_0_of_a_new_namespace(const Path& path) {
        Changes changes(f_, path);
        const Place cred = changes.fresh("cred"), root = changes.fresh("user"), ns = changes.fresh("user_ns");
        held_by_child(changes, cred);
        changes.is(f_.of(cred, "count"), 2).is(f_.of(cred, "user"), root.address);
        for (const char* id : {"uid", "euid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid"})
            changes.is(f_.of(cred, id), 0);
        changes.is(f_.of(cred, "group_info"), f_.init_groups.address);
        changes.is(f_.of(f_.init_groups, "count"), more(f_.init_groups, "count", 1));
        changes.same_as(cred, f_.cred); // the capabilities: they grow at exec, not here
        changes.is(f_.of(root, "count"), 1).is(f_.of(root, "processes"), 1).is(f_.of(root, "uid"), 0);
        changes.is(f_.of(root, "user_ns"), ns.address);
        changes.is(f_.of(ns, "count"), 1).is(f_.of(ns, "creator"), f_.user.address);
        changes.is(f_.of(ns, "id"), f_.before(next_id_)).is(next_id_, f_.before(next_id_) + word32(1));
        ring_of_two(changes, f_.of(ns, "users.head"), f_.of(root, "ns_node"));
        // The creator is held by the namespace, and is not the user of a new task.
        changes.is(f_.of(f_.user, "count"), more(f_.user, "count", 1));
        changes.nothing_else();
    }

    void ring_of_two(Changes& changes, const Place& head, const Place& node) {
        for (const char* link : {"next", "prev"})
            changes.is(f_.of(head, link), node.address).is(f_.of(node, link), head.address);
    }

    ForkScene f_;
    Place next_id_;
};

} // namespace

std::vector<Theorem> steps_creds_theorems() {
    return {machine_theorem(
        "steps/creds", "credentials are shared, copied, or uid 0 of a new user namespace; users count them",
        [](MachineProof& proof) { CredsProof(proof).prove(); })};
}

} // namespace forkproof::proofs
