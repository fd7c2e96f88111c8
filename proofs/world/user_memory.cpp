#include "proofs/world/user_memory.hpp"
#include "invariants/errno.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// One of the three answers; which one is decided by unknowns of its own.
Errno answer(State& state, const std::string& what) {
    auto decided = [&](const std::string& name) {
        return state.decide(eq(state.unknown(name, 1), Word(1, 1)));
    };
    Errno result = Errno::OK;
    if (decided(what + " is not allowed"))
        result = Errno::EFAULT;
    else if (decided(what + " finds no memory"))
        result = Errno::ENOMEM;
    state.note(Event::Kind::note, state.ip, 0, fmt::format("{} answers {}", what, errno_name(result)));
    return result;
}

void copy_from_user(const World& world, const std::string& read, State& state) {
    const std::uint32_t to = state.address(argument(state, 0));
    const std::uint32_t size = state.address(argument(state, 2));
    const Errno result = answer(state, "copy_from_user");
    // After a failure the first part may have been copied: any bytes at all, of other names than the ring's.
    const std::string name = result == Errno::OK ? read : read + ", copied in part";
    for (std::uint32_t done = 0; done < size;) {
        const std::uint32_t n = size - done >= 4 ? 4 : 1;
        const Word word = read_from_user(world, name, done);
        state.store(word32(to + done), n == 4 ? word : extract(word, 7, 0));
        done += n;
    }
    returns(state, word32(static_cast<std::uint32_t>(result)));
}

void copy_to_user(State& state) {
    const std::uint32_t from = state.address(argument(state, 1));
    const std::uint32_t size = state.address(argument(state, 2));
    for (std::uint32_t done = 0; done < size; done++) (void)state.load(word32(from + done), 1);
    returns(state, word32(static_cast<std::uint32_t>(answer(state, "copy_to_user"))));
}

} // namespace

Word read_from_user(const World& world, const std::string& read, std::uint32_t offset) {
    return world.any(fmt::format("{}[{:#x}]", read, offset));
}

void use_user_memory_contracts(Scene& scene, const std::string& read) {
    const World& world = scene.world();
    scene.assume(
        "reading or writing ring 3's memory changes nothing else than the caller's own address space "
        "(helpers/copy_from_user, helpers/copy_to_user)",
        true);
    scene.contract("copy_from_user", [&world, read](State& s) { copy_from_user(world, read, s); });
    scene.contract("copy_to_user", [](State& s) { copy_to_user(s); });
}

} // namespace forkproof::proofs
