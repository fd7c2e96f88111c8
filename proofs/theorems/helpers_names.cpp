// The bucket of a name, and a number in decimal digits: what the scenes of directories have contracts for.
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/unchanged.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t TEXT = 0xd7000000;

void helper_name_bucket(MachineProof& proof) {
    constexpr std::uint32_t BUCKETS = 1024;
    for (const std::uint32_t length : {1U, 5U}) {
        Scene& scene = proof.scene(fmt::format("name_bucket, a name of {}", length));
        World& world = scene.world();
        const Place directory = world.object("Inode", "directory", "inode"),
                    sb = world.object("SuperBlock", "its file system", "super_block"),
                    name = world.bytes(TEXT, length, "name");
        world.point(world.field(directory, "sb"), sb);
        const std::uint32_t table = world.image().symbol("hash_table");
        const auto paths =
            scene.call("name_bucket", {word32(directory.address), word32(name.address), word32(length)});
        for (const Path& path : paths) {
            const Word offset = path.state.get(Reg::eax) - word32(table);
            scene.prove(path, "it is one of the buckets",
                        ult(offset, word32(BUCKETS * 4)) && is_zero(offset & word32(3)));
            unchanged_but(scene, path, {});
        }
        scene.reached("a bucket", paths, [](const Path&) { return true; });
        proof.check("the hash has a bucket for each value",
                    world.layouts().size_of(world.layouts().type_of_variable("hash_table")) == BUCKETS * 4);
    }
}

/// Up to two digits: more ask much of Z3.
void helper_decimal(MachineProof& proof) {
    constexpr std::uint32_t LIMIT = 100, MOST = 2;
    Scene& scene = proof.scene("decimal");
    World& world = scene.world();
    const Word number = world.any("number");
    scene.assume("the number is below 100", ult(number, word32(LIMIT)));
    const Place to = world.bytes(TEXT, MOST, "digits");
    const auto paths = scene.call("decimal", {number, word32(to.address)});
    for (const Path& path : paths) {
        const Word length = path.state.get(Reg::eax);
        scene.check(path, "each way writes so many digits", length.known());
        const auto n = static_cast<std::uint32_t>(length.value());
        scene.check(path, "one or two digits", n >= 1 && n <= MOST);
        Word sum = word32(0);
        for (std::uint32_t i = 0; i < n; i++) {
            const Word digit = zext(path.state.memory.peek(to.address + i, 1), 32) - word32('0');
            scene.prove(path, "a digit is one", ult(digit, word32(10)));
            if (i == 0 && n > 1) scene.prove(path, "the first is not 0", !is_zero(digit));
            sum = sum * word32(10) + digit;
        }
        scene.equal(path, "what the digits say", sum, number);
        unchanged_but(scene, path, {{to.address, "", n}});
    }
    scene.reached("two digits", paths, [](const Path& p) { return eq(p.state.get(Reg::eax), word32(MOST)); });
    scene.reached("one digit", paths, [](const Path& p) { return eq(p.state.get(Reg::eax), word32(1)); });
}

} // namespace

std::vector<Theorem> helpers_names_theorems() {
    return {
        machine_theorem("helpers/name_bucket", "one of the hash's 1024 buckets; nothing is written",
                        helper_name_bucket),
        machine_theorem("helpers/decimal", "the digits of a number, and how many there are", helper_decimal)};
}

} // namespace forkproof::proofs
