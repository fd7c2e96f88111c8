#include "kernel/check/ghosts.hpp"
#include "kernel/fork/linux_6_1.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

bool is_privileged_task(const Task& t) {
    if (rules_are_of_6_1() && t.cred->user->user_ns != init_user_ns) return false;
    return (t.cred->cap_permitted | t.cred->cap_effective) != 0;
}

bool has_handler_of_its_own(const Sighand& handlers) {
    for (const SigAction& a : handlers.action)
        if (a.handler != SIG_DFL && a.handler != SIG_IGN) return true;
    return false;
}

void ghosts_after_clone(Task& child, const Task& maker) {
    const Ghosts& old = maker.ghosts;
    Ghosts& g = child.ghosts;
    g = old; // what is shared, and what a copy has kept
    const bool other_user_ns = child.cred->user->user_ns != maker.cred->user->user_ns;
    const bool admin = has_capability(*maker.cred, CAP_SYS_ADMIN);
    const bool all_three =
        admin && has_capability(*maker.cred, CAP_SETUID) && has_capability(*maker.cred, CAP_SETGID);
    if (other_user_ns && !all_three) g.user_ns_untrusted = true;
    if (child.nsproxy != maker.nsproxy && !admin) g.namespaces_untrusted = true;
    // A table of its own was copied with the memory, in which the addresses mean the same.
    if (child.sighand != maker.sighand && old.handler_mm) g.handler_mm = child.mm;
}

namespace {

/// Privilege comes from where it was before, from uid 0 of a user namespace that privilege made, and from
/// nowhere else. (A set-uid program of root's makes its task uid 0 for a while.)
bool is_entitled_now(const Task& t) {
    if (!is_privileged_task(t)) return false;
    const bool root = t.cred->uid == 0 || t.cred->euid == 0;
    return !t.ghosts.unentitled || (root && !t.ghosts.user_ns_untrusted);
}

} // namespace

void ghosts_after_call(Task& t) {
    t.ghosts.unentitled = !is_entitled_now(t);
    if (t.sighand && !has_handler_of_its_own(*t.sighand)) t.ghosts.handler_mm = nullptr; // an exec
}

void watch_handlers(const Task& by) {
    for_each_task([&](Task& t) {
        if (t.sighand == by.sighand) t.ghosts.handler_mm = by.mm;
    });
}

} // namespace forkproof
