// exit/user: put_user_struct where the namespace has other users.
#include "proofs/theorems/exit.hpp"
#include "proofs/world/in_bochs.hpp"

namespace forkproof::proofs {

namespace {

void last_holder(MachineProof& proof) {
    ForkScene f(proof, "the last holder of a user goes, its namespace stays", "task");
    const Place ns = f.world.object("UserNs", "namespace", "user_ns"),
                user = f.world.object("User", "last user", "user"),
                neighbour = f.world.object("User", "another user", "user");
    f.world.point(f.of(user, "user_ns"), ns);
    f.world.ring({f.of(ns, "users.head"), f.of(neighbour, "ns_node"), f.of(user, "ns_node")});
    const Place holders = f.of(user, "count"), users = f.of(ns, "count");
    f.scene.assume("the namespace is held by another user too", ult(word32(1), f.before(users)));
    shown_by_call(f);
    const std::vector<Path> paths = f.scene.call("put_user_struct", {word32(user.address)});
    const Truth last = eq(f.before(holders), word32(1));
    for (const Path& path : paths) {
        if (const auto gone = f.scene.when(path, last)) {
            const Place head = f.of(ns, "users.head"), node = f.of(neighbour, "ns_node");
            Changes changes(f, *gone);
            changes.freed(user).is(users, f.before(users) - word32(1));
            changes.is({head.address + 4, "", 4}, node.address).is({node.address, "", 4}, head.address);
            changes.nothing_else(Aspect::effect);
        }
        if (const auto held = f.scene.when(path, !last))
            Changes(f, *held).is(holders, f.before(holders) - word32(1)).nothing_else(Aspect::effect);
    }
    f.scene.reached("the last holder", paths, [&](const Path&) { return last; });
    f.scene.reached("one of several holders", paths, [&](const Path&) { return !last; });
}

} // namespace

Theorem exit_user_theorem() {
    return machine_theorem("exit/user", "a user that nobody holds leaves the list of its namespace",
                           last_holder);
}

} // namespace forkproof::proofs
