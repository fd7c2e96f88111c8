// copy_from_user and copy_to_user with all that they call, from the range check to the page fault: what is
// copied comes from, or goes to, the frames that the caller's address space maps there, and nothing else
// changes. memcpy is a contract here that writes down what it is asked for, so that addresses and sizes can
// be any; what it does with them is proved in theorems/helpers_memory.cpp.
#include "proofs/theorems/user_scene.hpp"

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t PAGE = 4096, TASK_SIZE = 0xc0000000;

/// The range wraps or reaches the kernel's half: EFAULT, and nothing at all has changed.
void out_of_range(MachineProof& proof, bool write) {
    Scene& scene = proof.scene("out of range");
    const Word user = scene.world().any("user address"), size = scene.world().any("size"),
               kernel = scene.world().any("kernel's buffer");
    const Word end = zext(user, 33) + zext(size, 33);
    scene.assume("", ult(Word(33, TASK_SIZE), end));
    scene.show("user address", user);
    scene.show("size", size);
    const auto paths = write ? scene.call("copy_to_user", {user, kernel, size})
                             : scene.call("copy_from_user", {kernel, user, size});
    for (const Path& path : paths) {
        scene.prove(path, "a range outside ring 3's part is refused",
                    UserScene::answers(path, Errno::EFAULT));
        unchanged_but(scene, path, {});
    }
    scene.reached("a range that wraps", paths, [&](const Path&) { return ult(user + size, user); });
    scene.reached("a range that begins below", paths,
                  [&](const Path&) { return ult(user, word32(TASK_SIZE)); });
}

void no_address_space(MachineProof& proof, bool write) {
    Scene& scene = proof.scene("no address space");
    World& world = scene.world();
    world.set(world.global("active"), 0);
    const Word user = world.any("user address"), size = world.any("size"),
               kernel = world.any("kernel's buffer");
    const auto paths = write ? scene.call("copy_to_user", {user, kernel, size})
                             : scene.call("copy_from_user", {kernel, user, size});
    for (const Path& path : paths) {
        scene.prove(path, "without an address space everything is refused",
                    UserScene::answers(path, Errno::EFAULT) ||
                        (is_zero(size) && UserScene::answers(path, Errno::OK)));
        unchanged_but(scene, path, {});
    }
}

void helper_copy(MachineProof& proof, bool write) {
    auto shape = [&](std::uint32_t start, std::vector<PageShape> pages) {
        UserShape s;
        s.start = start;
        s.pages = std::move(pages);
        s.write = write;
        return s;
    };
    constexpr std::uint32_t TEXT = 0x08048000, BORDER = 0x083ff000, LAST = TASK_SIZE - PAGE;
    out_of_range(proof, write);
    no_address_space(proof, write);
    constexpr PageShape any{}, ready{true, true, true}, untouched{true, false}, hole{false, true};
    UserScene(proof, "a page", shape(TEXT, {any})).prove();
    UserScene(proof, "two pages", shape(LAST - PAGE, {ready, any})).prove();
    UserScene(proof, "over a border of 4 MB", shape(BORDER, {ready, untouched})).prove();
    UserScene(proof, "nothing is mapped behind", shape(TEXT, {ready, hole})).prove();
    UserShape file = shape(TEXT, {untouched});
    file.file = true;
    UserScene(proof, "a page of a file", file).prove();
    UserShape stack = shape(LAST - 2 * PAGE, {any});
    stack.grows_by = 2;
    UserScene(proof, "below the stack", stack).prove();
}

} // namespace

std::vector<Theorem> helpers_user_memory_theorems() {
    return {machine_theorem(
                "helpers/copy_from_user",
                "the bytes that the caller's address space maps there, faulted in as its own access would; "
                "EFAULT, ENOMEM; nothing else changes",
                [](MachineProof& proof) { helper_copy(proof, false); }),
            machine_theorem(
                "helpers/copy_to_user",
                "the bytes go to frames that are the caller's alone, or EFAULT, ENOMEM; nothing else changes",
                [](MachineProof& proof) { helper_copy(proof, true); })};
}

} // namespace forkproof::proofs
