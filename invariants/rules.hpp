// The rules of clone(): one row a rule, in the order in which they are decided. This table is the
// specification; the kernel's verdict (kernel/fork/verdict.cpp) is written apart from it, and that the two
// agree is tested here and proved there. A condition is a generic lambda over a view `c` of the flag word and
// the context: the tests give it bools, the prover gives it Z3 terms, so only && || ! are used on its
// answers.
#pragma once
#include "errno.hpp"
#include "flags.hpp"
#include <cstdint>
#include <tuple>

namespace forkproof {

/// The names under which rules and effects are switched off (RULES=-newns-fs). The values are bits of a
/// RuleSet.
enum class RuleId : std::uint8_t {
    newuser_thread,
    newuser_caps,
    newns_fs,
    newuser_fs,
    thread_sighand,
    sighand_vm,
    parent_init,
    security,
    nproc,
    max_threads,
    exec_domain,
    fs_in_exec,
    new_caps,
    newipc_sysvsem,
    newpid_thread,
    newpid_parent,
    parent_exit_signal, // effects: they refuse nothing
    reset_on_fork,
    count,
    none = count,
    ns_thread_parent, // rows of later kernels, which this one does not have (later_rules.hpp)
    ns_sighand_parent,
    ns_sighand,
    ns_thread,
    pidfd_settid,
    pidfd_detached,
    pidfd_thread,
    new_caps_userns,
    new_caps_cgroup,
    end,
};

inline constexpr int RULE_COUNT = static_cast<int>(RuleId::count);

/// A set of rules in force.
class RuleSet {
  public:
    constexpr RuleSet() = default;
    constexpr explicit RuleSet(std::uint32_t bits) : bits_(bits) {}
    [[nodiscard]] constexpr bool has(RuleId r) const { return (bits_ >> static_cast<int>(r)) & 1U; }
    [[nodiscard]] constexpr RuleSet with(RuleId r) const {
        return RuleSet(bits_ | (1U << static_cast<int>(r)));
    }
    [[nodiscard]] constexpr RuleSet without(RuleId r) const {
        return RuleSet(bits_ & ~(1U << static_cast<int>(r)));
    }
    [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
    constexpr bool operator==(const RuleSet&) const = default;

  private:
    std::uint32_t bits_ = 0;
};

enum class RuleKind : std::uint8_t { structure, privilege, policy, limit, effect };

/// A kernel version as a number that compares: 2.6.33 is 0x020621.
constexpr std::uint32_t kernel_version(std::uint32_t a, std::uint32_t b, std::uint32_t c = 0) {
    return a << 16 | b << 8 | c;
}
inline constexpr std::uint32_t FOREVER = ~0U;

/// What the verdict depends on besides the flag word. All of it is read before anything is acquired.
struct VerdictContext {
    bool cap_sys_admin = false;
    bool cap_setuid = false;
    bool cap_setgid = false;
    bool cap_sys_resource = false;
    bool first_user = false;        ///< the user that booted, in the first user namespace (INIT_USER)
    bool nproc_reached = false;     ///< user->processes >= RLIMIT_NPROC
    bool threads_reached = false;   ///< nr_threads >= max_threads
    bool exec_domain_going = false; ///< the exec domain's module is being unloaded
    bool unkillable = false;        ///< SIGNAL_UNKILLABLE: the caller is the init of a pid namespace
    bool in_exec = false;           ///< fs->in_exec: a thread that shares fs is in the middle of an exec
    int security_errno = 0;         ///< what security_task_create answers: 0, or 1..MAX_ERRNO to refuse
};

/// One row. `errno_value` is OK for `security`, whose errno is the hook's, and for effects.
template <class Condition>
struct Rule {
    RuleId id;
    const char* name;
    int rank; ///< tens: the rank in 2.6.33; a later rule stands between two of them
    RuleKind kind;
    Errno errno_value;
    const char* guards;         ///< names of invariants, separated by a blank; "" where none
    std::uint32_t since, until; ///< the kernel versions in which the row is valid: since <= v < until
    const char* why;
    Condition condition;
};
template <class C>
Rule(RuleId, const char*, int, RuleKind, Errno, const char*, std::uint32_t, std::uint32_t, const char*, C)
    -> Rule<C>;

inline constexpr auto V2_6_24 = kernel_version(2, 6, 24);
inline constexpr auto V2_6_32 = kernel_version(2, 6, 32);
inline constexpr auto V2_6_33 = kernel_version(2, 6, 33);

// clang-format off
inline constexpr auto rules = std::tuple{
    Rule{RuleId::newuser_thread, "newuser-thread", 10, RuleKind::structure, Errno::EINVAL, "group-userns",
         V2_6_24, kernel_version(3, 8),
         "threads of one process live in one user namespace",
         [](auto c) { return c.has(CLONE_NEWUSER) && c.has(CLONE_THREAD); }},
    Rule{RuleId::newuser_caps, "newuser-caps", 20, RuleKind::privilege, Errno::EPERM, "no-amplify",
         V2_6_24, kernel_version(3, 8),
         "uid 0 of a new user namespace may gain capabilities at exec: only who has them may make one",
         [](auto c) { return c.has(CLONE_NEWUSER) && !(c.cap_sys_admin() && c.cap_setuid() && c.cap_setgid()); }},
    Rule{RuleId::newns_fs, "newns-fs", 30, RuleKind::structure, Errno::EINVAL, "fs-mnt",
         kernel_version(2, 4, 19), FOREVER,
         "a new mount namespace moves root and cwd, and would move the parent's with the child's",
         [](auto c) { return c.has(CLONE_NEWNS) && c.has(CLONE_FS); }},
    Rule{RuleId::newuser_fs, "newuser-fs", 35, RuleKind::structure, Errno::EINVAL, "fs-userns",
         kernel_version(3, 9), FOREVER,
         "a chroot made with the new namespace's privilege would hold for the parent too (CVE-2013-1858)",
         [](auto c) { return c.has(CLONE_NEWUSER) && c.has(CLONE_FS); }},
    Rule{RuleId::thread_sighand, "thread-sighand", 40, RuleKind::structure, Errno::EINVAL, "group-sighand",
         kernel_version(2, 5, 35), FOREVER,
         "a signal to a process may be taken by any thread, so all must have the same handlers",
         [](auto c) { return c.has(CLONE_THREAD) && !c.has(CLONE_SIGHAND); }},
    Rule{RuleId::sighand_vm, "sighand-vm", 50, RuleKind::structure, Errno::EINVAL, "sighand-mm handler-mm",
         kernel_version(2, 5, 35), FOREVER,
         "a handler is an address, and means something only in one address space",
         [](auto c) { return c.has(CLONE_SIGHAND) && !c.has(CLONE_VM); }},
    Rule{RuleId::parent_init, "parent-init", 60, RuleKind::structure, Errno::EINVAL, "one-root reapable",
         V2_6_32, FOREVER,
         "a sibling of init would have no parent that waits for it",
         [](auto c) { return c.has(CLONE_PARENT) && c.unkillable(); }},
    Rule{RuleId::security, "security", 70, RuleKind::policy, Errno::OK, "",
         kernel_version(2, 5, 27), FOREVER,
         "the loaded policy may refuse any call, with an errno of its own",
         [](auto c) { return c.security_refuses(); }},
    Rule{RuleId::nproc, "nproc", 80, RuleKind::limit, Errno::EAGAIN, "nproc-limit",
         kernel_version(2, 0), FOREVER,
         "a user has at most RLIMIT_NPROC tasks, unless privileged or the first user",
         [](auto c) { return c.nproc_reached() && !(c.cap_sys_admin() || c.cap_sys_resource() || c.first_user()); }},
    Rule{RuleId::max_threads, "max-threads", 90, RuleKind::limit, Errno::EAGAIN, "thread-limit",
         kernel_version(2, 4), FOREVER,
         "tasks must not eat the memory that is needed to kill them",
         [](auto c) { return c.threads_reached(); }},
    Rule{RuleId::exec_domain, "exec-domain", 100, RuleKind::limit, Errno::EAGAIN, "",
         kernel_version(2, 2), kernel_version(4, 1),
         "the child would run in an exec domain that is being unloaded",
         [](auto c) { return c.exec_domain_going(); }},
    Rule{RuleId::fs_in_exec, "fs-in-exec", 110, RuleKind::structure, Errno::EAGAIN, "exec-decision",
         kernel_version(2, 6, 30), FOREVER,
         "exec judged a set-uid program by who shares fs: nobody may join before it is done",
         [](auto c) { return c.has(CLONE_FS) && c.in_exec(); }},
    Rule{RuleId::new_caps, "new-caps", 120, RuleKind::privilege, Errno::EPERM, "ns-trusted",
         V2_6_24, kernel_version(3, 8),
         "a privileged program trusts the namespaces that it runs in",
         [](auto c) { return c.has_any(NSPROXY_FLAGS) && !c.cap_sys_admin(); }},
    Rule{RuleId::newipc_sysvsem, "newipc-sysvsem", 130, RuleKind::structure, Errno::EINVAL, "undo-ipc",
         kernel_version(2, 6, 26), FOREVER,
         "an undo list speaks of the semaphores of one ipc namespace",
         [](auto c) { return c.has(CLONE_NEWIPC) && c.has(CLONE_SYSVSEM); }},
    Rule{RuleId::newpid_thread, "newpid-thread", 140, RuleKind::structure, Errno::EINVAL,
         "group-pidns one-root reaper reapable", V2_6_24, kernel_version(3, 8),
         "a thread cannot be the init of a pid namespace: nobody would reap the orphans there",
         [](auto c) { return c.has(CLONE_NEWPID) && c.has(CLONE_THREAD); }},
    Rule{RuleId::newpid_parent, "newpid-parent", 150, RuleKind::structure, Errno::EINVAL, "",
         V2_6_32, kernel_version(3, 8),
         "nothing needs it: parent-init and one-root already imply it; Linux dropped it in 3.13",
         [](auto c) { return c.has(CLONE_NEWPID) && c.has(CLONE_PARENT); }},
    Rule{RuleId::parent_exit_signal, "parent-exit-signal", 160, RuleKind::effect, Errno::OK, "exit-signal",
         kernel_version(3, 3), FOREVER,
         "with PARENT the exit signal goes to a process that did not choose it",
         [](auto c) { return c.has(CLONE_PARENT); }},
    Rule{RuleId::reset_on_fork, "reset-on-fork", 170, RuleKind::effect, Errno::OK, "sched",
         kernel_version(3, 1), FOREVER,
         "a task that asked for reset-on-fork has no real-time children",
         [](auto c) { return c.reset_on_fork(); }},
};
// clang-format on

static_assert(std::tuple_size_v<decltype(rules)> == RULE_COUNT);

/// What is said of a rule in words, without its condition: what reports and command lines need.
struct RuleText {
    const char* name;
    RuleKind kind;
    Errno errno_value;
    const char* guards;
    std::uint32_t since, until;
    const char* why;
};

/// The words of all rules, indexed by RuleId.
inline constexpr auto rule_texts = std::apply(
    [](const auto&... r) {
        struct Table {
            RuleText row[RULE_COUNT];
            constexpr const RuleText& operator[](RuleId id) const { return row[static_cast<int>(id)]; }
        };
        return Table{{RuleText{r.name, r.kind, r.errno_value, r.guards, r.since, r.until, r.why}...}};
    },
    rules);

/// The rows valid in a kernel of this version.
constexpr RuleSet rules_of_version(std::uint32_t version) {
    RuleSet set;
    for (int i = 0; i < RULE_COUNT; i++) {
        const auto id = static_cast<RuleId>(i);
        if (rule_texts[id].since <= version && version < rule_texts[id].until) set = set.with(id);
    }
    return set;
}

/// The listing to the letter.
inline constexpr RuleSet profile_linux_2_6_33 = rules_of_version(V2_6_33);

/// What the kernel boots with: the listing's rules, newuser-fs, and the two effects that later kernels fixed.
inline constexpr RuleSet profile_default = profile_linux_2_6_33.with(RuleId::newuser_fs)
                                               .with(RuleId::parent_exit_signal)
                                               .with(RuleId::reset_on_fork);

struct Profile {
    const char* name;
    RuleSet rules;
};
inline constexpr Profile profiles[] = {{"default", profile_default}, {"linux-2.6.33", profile_linux_2_6_33}};

static_assert(profile_linux_2_6_33.bits() ==
              (((1U << RULE_COUNT) - 1) & ~(1U << static_cast<int>(RuleId::newuser_fs) |
                                            1U << static_cast<int>(RuleId::parent_exit_signal) |
                                            1U << static_cast<int>(RuleId::reset_on_fork))));

/// The rule table read as a function: the first rule in force whose condition holds, or none.
/// `View` wraps a flag word and a context and answers bools; the prover has its own reader over terms.
template <class View>
constexpr RuleId first_refusal(const View& view, RuleSet in_force) {
    RuleId answer = RuleId::none;
    std::apply(
        [&](const auto&... rule) {
            auto decides = [&](const auto& r) {
                if (r.kind == RuleKind::effect || !in_force.has(r.id) || !r.condition(view)) return false;
                answer = r.id;
                return true;
            };
            (void)(decides(rule) || ...);
        },
        rules);
    return answer;
}

/// The view of plain values that first_refusal reads.
struct PlainView {
    std::uint32_t flags;
    const VerdictContext& c;
    [[nodiscard]] constexpr bool has(std::uint32_t bit) const { return (flags & bit) != 0; }
    [[nodiscard]] constexpr bool has_any(std::uint32_t bits) const { return (flags & bits) != 0; }
    [[nodiscard]] constexpr bool cap_sys_admin() const { return c.cap_sys_admin; }
    [[nodiscard]] constexpr bool cap_setuid() const { return c.cap_setuid; }
    [[nodiscard]] constexpr bool cap_setgid() const { return c.cap_setgid; }
    [[nodiscard]] constexpr bool cap_sys_resource() const { return c.cap_sys_resource; }
    [[nodiscard]] constexpr bool first_user() const { return c.first_user; }
    [[nodiscard]] constexpr bool nproc_reached() const { return c.nproc_reached; }
    [[nodiscard]] constexpr bool threads_reached() const { return c.threads_reached; }
    [[nodiscard]] constexpr bool exec_domain_going() const { return c.exec_domain_going; }
    [[nodiscard]] constexpr bool unkillable() const { return c.unkillable; }
    [[nodiscard]] constexpr bool in_exec() const { return c.in_exec; }
    [[nodiscard]] constexpr bool security_refuses() const { return c.security_errno != 0; }
    [[nodiscard]] constexpr bool reset_on_fork() const {
        return false;
    } // effects are not part of the verdict
};

} // namespace forkproof
