// The functions that g++ and the kernel move memory with: each byte of the range, and no other.
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/unchanged.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t BUFFER = 0xd6000000, BYTES = 64, PAGE = 4096, MOST = 17;

Word byte_at(const Path& path, std::uint32_t address) { return path.state.memory.peek(address, 1); }

struct Ranges {
    std::uint32_t to, from; ///< offsets into one buffer: they may overlap
};

/// to[0..n) is what from[0..n) was, for every n up to MOST; the function returns `to`.
void copies(MachineProof& proof, const std::string& function, const std::vector<Ranges>& all) {
    for (const Ranges& r : all) {
        Scene& scene = proof.scene(fmt::format("{} to {} from {}", function, r.to, r.from));
        World& world = scene.world();
        (void)world.bytes(BUFFER, BYTES, "buffer");
        const Word n = world.any("size");
        scene.assume("", ult(n, word32(MOST + 1)));
        const auto paths = scene.call(function, {word32(BUFFER + r.to), word32(BUFFER + r.from), n});
        for (const Path& path : paths) {
            for (const std::uint64_t size : scene.values(path, n)) {
                const auto part = scene.when(path, eq(n, word32(size)));
                if (!part) continue;
                const auto count = static_cast<std::uint32_t>(size);
                for (std::uint32_t i = 0; i < count; i++)
                    scene.equal(*part, fmt::format("byte {} of {}", i, size),
                                byte_at(*part, BUFFER + r.to + i), world.get({BUFFER + r.from + i, "", 1}));
                unchanged_but(scene, *part, {{BUFFER + r.to, "", count}});
            }
            scene.equal(path, "what " + function + " returns", path.state.get(Reg::eax),
                        word32(BUFFER + r.to));
        }
        scene.reached("all of it", paths, [&](const Path&) { return eq(n, word32(MOST)); });
    }
}

void helper_memcpy(MachineProof& proof) { copies(proof, "memcpy", {{0, 32}, {33, 2}}); }
void helper_memmove(MachineProof& proof) {
    copies(proof, "memmove", {{0, 32}, {3, 0}, {0, 3}, {20, 12}, {5, 5}});
}

void helper_memset(MachineProof& proof) {
    Scene& scene = proof.scene("memset");
    World& world = scene.world();
    (void)world.bytes(BUFFER, BYTES, "buffer");
    const Word n = world.any("size"), byte = world.any("byte");
    constexpr std::uint32_t AT = 5;
    scene.assume("", ult(n, word32(MOST + 1)));
    const auto paths = scene.call("memset", {word32(BUFFER + AT), byte, n});
    for (const Path& path : paths) {
        for (const std::uint64_t size : scene.values(path, n)) {
            const auto part = scene.when(path, eq(n, word32(size)));
            if (!part) continue;
            const auto count = static_cast<std::uint32_t>(size);
            for (std::uint32_t i = 0; i < count; i++)
                scene.equal(*part, fmt::format("byte {} of {}", i, size), byte_at(*part, BUFFER + AT + i),
                            extract(byte, 7, 0));
            unchanged_but(scene, *part, {{BUFFER + AT, "", count}});
        }
        scene.equal(path, "what memset returns", path.state.get(Reg::eax), word32(BUFFER + AT));
    }
    scene.reached("all of it", paths, [&](const Path&) { return eq(n, word32(MOST)); });
}

void helper_pages(MachineProof& proof) {
    constexpr std::uint32_t TO = BUFFER, FROM = BUFFER + 4 * PAGE;
    for (const bool copy : {false, true}) {
        Scene& scene = proof.scene(copy ? "copy_page" : "clear_page");
        World& world = scene.world();
        (void)world.bytes(TO, PAGE, "page");
        (void)world.bytes(FROM, PAGE, "other page");
        const auto paths = copy ? scene.call("copy_page", {word32(TO), word32(FROM)})
                                : scene.call("clear_page", {word32(TO)});
        for (const Path& path : paths) {
            for (std::uint32_t at = 0; at < PAGE; at += 4)
                scene.equal(path, "a word of the page", path.state.memory.peek(TO + at, 4),
                            copy ? world.get({FROM + at, "", 4}) : word32(0));
            unchanged_but(scene, path, {{TO, "", PAGE}});
        }
        scene.reached("the end", paths, [](const Path&) { return true; });
    }
}

} // namespace

std::vector<Theorem> helpers_memory_theorems() {
    return {machine_theorem("helpers/memcpy", "copies each byte of the range, and no other, at any alignment",
                            helper_memcpy),
            machine_theorem("helpers/memmove", "the same where the two ranges overlap", helper_memmove),
            machine_theorem("helpers/memset", "sets each byte of the range, and no other", helper_memset),
            machine_theorem("helpers/pages", "clear_page and copy_page: one whole page", helper_pages)};
}

} // namespace forkproof::proofs
