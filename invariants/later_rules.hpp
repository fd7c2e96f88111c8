// How the rules of clone() changed up to linux-6.1: the rows that the listing does not have. A change of
// condition or rank is a row of its own. They are what `make history` compares kernels by, and what the
// kernel decides by with rules=linux-6.1 (kernel/fork/linux_6_1.hpp). Said of clone(): clone3() refuses more.
#pragma once
#include "rules.hpp"

namespace forkproof {

/// Bits that got a meaning after 2.6.33 (linux-6.1 uapi/linux/sched.h).
inline constexpr std::uint32_t CLONE_PIDFD = 0x00001000;     ///< since 5.2; unknown before
inline constexpr std::uint32_t CLONE_NEWCGROUP = 0x02000000; ///< since 4.6; STOPPED until 2.6.38

// clang-format off
inline constexpr auto later_rules = std::tuple{
    Rule{RuleId::pidfd_settid, "pidfd-settid", 5, RuleKind::structure, Errno::EINVAL, "",
         kernel_version(5, 2), FOREVER,
         "clone() returns the pidfd where PARENT_SETTID would write the tid",
         [](auto c) { return c.has(CLONE_PIDFD) && c.has(CLONE_PARENT_SETTID); }},
    Rule{RuleId::ns_thread_parent, "ns-thread-parent", 62, RuleKind::structure, Errno::EINVAL, "group-userns group-pidns one-root",
         kernel_version(3, 8), kernel_version(3, 12),
         "neither a thread nor a sibling begins a user or pid namespace",
         [](auto c) { return c.has_any(CLONE_NEWUSER | CLONE_NEWPID) && c.has_any(CLONE_THREAD | CLONE_PARENT); }},
    Rule{RuleId::ns_sighand_parent, "ns-sighand-parent", 62, RuleKind::structure, Errno::EINVAL, "group-userns group-pidns one-root",
         kernel_version(3, 12), kernel_version(3, 13),
         "who begins a user or pid namespace shares no handlers, and is no sibling",
         [](auto c) { return c.has_any(CLONE_NEWUSER | CLONE_NEWPID) && c.has_any(CLONE_SIGHAND | CLONE_PARENT); }},
    Rule{RuleId::ns_sighand, "ns-sighand", 62, RuleKind::structure, Errno::EINVAL, "group-userns group-pidns",
         kernel_version(3, 13), kernel_version(4, 3),
         "who begins a user or pid namespace shares no handlers",
         [](auto c) { return c.has_any(CLONE_NEWUSER | CLONE_NEWPID) && c.has(CLONE_SIGHAND); }},
    Rule{RuleId::ns_thread, "ns-thread", 62, RuleKind::structure, Errno::EINVAL, "group-userns group-pidns",
         kernel_version(4, 3), FOREVER,
         "threads of one process live in one user namespace and one pid namespace",
         [](auto c) { return c.has_any(CLONE_NEWUSER | CLONE_NEWPID) && c.has(CLONE_THREAD); }},
    Rule{RuleId::pidfd_detached, "pidfd-detached", 64, RuleKind::structure, Errno::EINVAL, "",
         kernel_version(5, 2), FOREVER,
         "the old bit is kept free, to mean something together with PIDFD one day",
         [](auto c) { return c.has(CLONE_PIDFD) && c.has(CLONE_DETACHED); }},
    Rule{RuleId::pidfd_thread, "pidfd-thread", 66, RuleKind::structure, Errno::EINVAL, "",
         kernel_version(5, 2), kernel_version(6, 9),
         "a pidfd stood for a process, not for one of its threads",
         [](auto c) { return c.has(CLONE_PIDFD) && c.has(CLONE_THREAD); }},
    Rule{RuleId::new_caps_userns, "new-caps-userns", 120, RuleKind::privilege, Errno::EPERM, "ns-trusted",
         kernel_version(3, 8), kernel_version(4, 6),
         "privilege is asked of the child's user namespace, and who makes that one has it there",
         [](auto c) { return c.has_any(NSPROXY_FLAGS) && !c.has(CLONE_NEWUSER) && !c.cap_sys_admin(); }},
    Rule{RuleId::new_caps_cgroup, "new-caps-cgroup", 120, RuleKind::privilege, Errno::EPERM, "ns-trusted",
         kernel_version(4, 6), FOREVER,
         "the same of a new cgroup namespace",
         [](auto c) { return c.has_any(NSPROXY_FLAGS | CLONE_NEWCGROUP) && !c.has(CLONE_NEWUSER) && !c.cap_sys_admin(); }},
};
// clang-format on

/// The versions between which all rows of clone() are known.
inline constexpr auto FIRST_KNOWN_VERSION = V2_6_24;
inline constexpr auto LAST_KNOWN_VERSION = kernel_version(6, 1);

static_assert(std::tuple_size_v<decltype(later_rules)> ==
              static_cast<std::size_t>(RuleId::end) - static_cast<std::size_t>(RuleId::none) - 1);

/// The rows of both tables that are valid in a kernel of this version.
constexpr RuleSet all_rules_of_version(std::uint32_t version) {
    RuleSet set = rules_of_version(version);
    std::apply(
        [&](const auto&... row) {
            ((set = row.since <= version && version < row.until ? set.with(row.id) : set), ...);
        },
        later_rules);
    return set;
}

/// Today's Linux, of the rows that are known.
inline constexpr Profile profile_linux_6_1 = {"linux-6.1", all_rules_of_version(LAST_KNOWN_VERSION)};

/// The name of a rule of either table.
constexpr const char* rule_name(RuleId id) {
    if (static_cast<int>(id) < RULE_COUNT) return rule_texts[id].name;
    const char* name = "";
    std::apply([&](const auto&... row) { ((name = row.id == id ? row.name : name), ...); }, later_rules);
    return name;
}

} // namespace forkproof
