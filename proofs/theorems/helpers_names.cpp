// The bucket of a name, and a number in decimal digits: what the scenes of directories have contracts for.
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/unchanged.hpp"
#include <functional>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t TEXT = 0xd7000000;

constexpr std::uint32_t BUCKETS = 1024;

/// FNV-1a, 32 bits (Fowler, Noll, Vo), begun with who the directory is.
Word hash_of(const Word& ino, const Word& device, const std::string& name) {
    Word hash = word32(2166136261U) ^ ino ^ shl(device, word32(16));
    for (const char c : name) hash = (hash ^ word32(static_cast<unsigned char>(c))) * word32(16777619U);
    return (hash ^ lshr(hash, word32(16))) & word32(BUCKETS - 1);
}

struct NameScene {
    Scene& scene;
    World& world;
    Place directory, sb;
    std::uint32_t table;

    NameScene(MachineProof& proof, const std::string& title)
        : scene(proof.scene(title)), world(scene.world()),
          directory(world.object("Inode", "directory", "inode")),
          sb(world.object("SuperBlock", "its file system", "super_block")),
          table(world.image().symbol("hash_table")) {
        world.point(world.field(directory, "sb"), sb);
        (void)world.bytes(TEXT, LONGEST, "name");
    }
    [[nodiscard]] Place ino() const { return world.field(directory, "ino"); }
    [[nodiscard]] Place device() const { return world.field(sb, "device"); }

    /// The bucket's place in the table, on each way.
    void each(std::uint32_t length, const std::function<void(const Path&, const Word& offset)>& then) {
        const auto paths =
            scene.call("name_bucket", {word32(directory.address), word32(TEXT), word32(length)});
        for (const Path& path : paths) {
            then(path, path.state.get(Reg::eax) - word32(table));
            unchanged_but(scene, path, {});
        }
        scene.reached("a bucket", paths, [](const Path&) { return true; });
    }
    static constexpr std::uint32_t LONGEST = 8;
};

/// The hash itself where no name comes in, and of one name in plain numbers: of its products Z3 knows little.
void helper_name_bucket(MachineProof& proof) {
    NameScene nameless(proof, "name_bucket, no name");
    nameless.each(0, [&](const Path& path, const Word& offset) {
        const Word hash =
            hash_of(nameless.world.get(nameless.ino()), nameless.world.get(nameless.device()), "");
        nameless.scene.equal(path, "the bucket", offset, hash * word32(4));
    });
    NameScene plain(proof, "name_bucket, one name");
    const std::string name = "t\x91k";
    plain.world.set(plain.ino(), 77);
    plain.world.set(plain.device(), 3);
    for (std::uint32_t i = 0; i < name.size(); i++)
        plain.world.set({TEXT + i, "", 1}, static_cast<unsigned char>(name[i]));
    plain.each(static_cast<std::uint32_t>(name.size()), [&](const Path& path, const Word& offset) {
        plain.scene.equal(path, "the bucket", offset, hash_of(word32(77), word32(3), name) * word32(4));
    });
    NameScene any(proof, "name_bucket, any name of five characters");
    any.each(5, [&](const Path& path, const Word& offset) {
        any.scene.prove(path, "it is one of the buckets",
                        ult(offset, word32(BUCKETS * 4)) && is_zero(offset & word32(3)));
    });
    proof.check("the hash has a bucket for each value",
                any.world.layouts().size_of(any.world.layouts().type_of_variable("hash_table")) ==
                    BUCKETS * 4);
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
        machine_theorem(
            "helpers/name_bucket",
            "one of the hash's 1024 buckets, by file system, directory and name; nothing is written",
            helper_name_bucket),
        machine_theorem("helpers/decimal", "the digits of a number, and how many there are", helper_decimal)};
}

} // namespace forkproof::proofs
