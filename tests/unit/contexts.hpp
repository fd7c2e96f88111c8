// tests/unit/ holds what is tested on the host with GoogleTest, without booting: the verdict and the rule
// table, the theorems' own test (planted faults), the parsers with hostile inputs, the allocators, and each
// invariant against a state made to break it. This header names the contexts in which the verdict is tested.
#pragma once
#include "invariants/rules.hpp"
#include <string>
#include <vector>

namespace forkproof::tests {

struct NamedContext {
    std::string name;
    VerdictContext context;
};

/// All 2^3 of {privileged, unkillable, in_exec}, no limit reached and the hook saying yes. Privileged is all
/// four capabilities that the verdict asks for.
inline std::vector<NamedContext> the_eight() {
    std::vector<NamedContext> contexts;
    for (const bool privileged : {false, true})
        for (const bool unkillable : {false, true})
            for (const bool in_exec : {false, true}) {
                VerdictContext c;
                c.cap_sys_admin = c.cap_setuid = c.cap_setgid = c.cap_sys_resource = privileged;
                c.unkillable = unkillable;
                c.in_exec = in_exec;
                contexts.push_back({std::string(privileged ? "privileged" : "unprivileged") +
                                        (unkillable ? " unkillable" : "") + (in_exec ? " in_exec" : ""),
                                    c});
            }
    return contexts;
}

/// The eight; each with nproc, max-threads, exec-domain or the hook refusing in turn; each with one of the
/// three capabilities of NEWUSER missing alone; and each with nproc reached for the callers who are exempt.
inline std::vector<NamedContext> all_contexts() {
    const std::vector<NamedContext> eight = the_eight();
    std::vector<NamedContext> all = eight;
    auto each = [&](const char* what, auto change) {
        for (NamedContext c : eight) {
            c.name += std::string(", ") + what;
            change(c.context);
            all.push_back(c);
        }
    };
    each("nproc reached", [](VerdictContext& c) { c.nproc_reached = true; });
    each("max_threads reached", [](VerdictContext& c) { c.threads_reached = true; });
    each("exec domain going", [](VerdictContext& c) { c.exec_domain_going = true; });
    each("hook says EACCES", [](VerdictContext& c) { c.security_errno = static_cast<int>(Errno::EACCES); });
    each("hook says 4095", [](VerdictContext& c) { c.security_errno = MAX_ERRNO; });
    const auto three = [](VerdictContext& c) { c.cap_sys_admin = c.cap_setuid = c.cap_setgid = true; };
    each("no SYS_ADMIN", [&](VerdictContext& c) { three(c), c.cap_sys_admin = false; });
    each("no SETUID", [&](VerdictContext& c) { three(c), c.cap_setuid = false; });
    each("no SETGID", [&](VerdictContext& c) { three(c), c.cap_setgid = false; });
    each("nproc reached, first user", [](VerdictContext& c) { c.nproc_reached = c.first_user = true; });
    each("nproc reached, SYS_RESOURCE",
         [](VerdictContext& c) { c.nproc_reached = c.cap_sys_resource = true; });
    return all;
}

/// The twelve flags that the rules read.
inline constexpr std::uint32_t twelve_flags[] = {CLONE_VM,     CLONE_FS,      CLONE_SIGHAND, CLONE_PARENT,
                                                 CLONE_THREAD, CLONE_NEWNS,   CLONE_SYSVSEM, CLONE_NEWUTS,
                                                 CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID,  CLONE_NEWNET};
inline constexpr std::uint32_t TWELVE_WORDS = 1U << 12;

/// The nth of the 4096 words over the twelve flags.
constexpr std::uint32_t twelve_word(std::uint32_t n) {
    std::uint32_t flags = 0;
    for (int i = 0; i < 12; i++)
        if (n >> i & 1) flags |= twelve_flags[i];
    return flags;
}

} // namespace forkproof::tests
