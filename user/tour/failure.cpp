// Scene: calls that fail late, when nearly everything is copied, and what they leave behind.
#include "scene.hpp"

namespace tour {
namespace {

constexpr int CALLS = 50;
constexpr std::uint32_t FLAGS = CLONE_SETTLS | CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD;

/// Fails in step `thread`: the TLS descriptor cannot be read.
int with_bad_address() {
    const AsksFor error(Errno::EFAULT);
    auto* nowhere = reinterpret_cast<void*>(0xfffff000U);
    return clone(FLAGS, nullptr, nowhere);
}

/// Fails there too: the processor's table has no such TLS entry.
int with_bad_entry() {
    const AsksFor error(Errno::EINVAL);
    UserDesc entry{};
    entry.entry_number = 99;
    entry.bits = USER_DESC_SEG_32BIT | USER_DESC_LIMIT_IN_PAGES | USER_DESC_USEABLE;
    return clone(FLAGS, nullptr, &entry);
}

bool both_fail() {
    const bool address =
        check(with_bad_address() == -static_cast<int>(Errno::EFAULT), "a bad TLS address: EFAULT");
    const bool entry = check(with_bad_entry() == -static_cast<int>(Errno::EINVAL), "a bad TLS entry: EINVAL");
    return address && entry;
}

} // namespace

void failure_leaves_nothing() {
    scene("a clone that fails late leaves nothing behind");
    Memory before, after;
    if (!both_fail()) return; // this first pair may make caches grow: that is allowed
    const bool measured = before.measure();
    for (int i = 1; i < CALLS; i++)
        if (!both_fail()) return;
    after.measure();
    tell("parent", "%d x a TLS address that is none (EFAULT), %d x a bad entry number", CALLS, CALLS);
    tell("", "(EINVAL): found when memory, files and namespaces were copied");
    check(wait4(-1, nullptr, WNOHANG | WALL) == -static_cast<int>(Errno::ECHILD), "no child was made");
    if (!measured)
        tell("parent", "has no child; memory not compared: others run on this machine");
    else if (check(before.tasks() == after.tasks() && before.free_pages() == after.free_pages(),
                   "as many tasks and free pages as before"))
        tell("parent", "has no child; as many tasks and as many free pages as before");
}

} // namespace tour
