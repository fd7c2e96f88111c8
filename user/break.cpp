// break: makes the call that one rule of clone() refuses.
// usage: break RULE        exit status: 0 refused as the rule says, 3 accepted, 4 another answer, 2 wrong use
#include "break/witness.hpp"

namespace breach {
namespace {

constexpr std::uint32_t IN_ONE_GROUP = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;

/// Who makes the call: this program as it was started, as root; or the init of a pid namespace.
enum class Caller { self, init, nobody };

/// A rule that one call shows.
struct OneCall {
    RuleId rule;
    Caller caller;
    std::uint32_t flags;
};

constexpr OneCall one_call[] = {
    {RuleId::newuser_thread, Caller::self, IN_ONE_GROUP | CLONE_NEWUSER},
    {RuleId::newns_fs, Caller::self, CLONE_FS | CLONE_NEWNS | SIGCHLD},
    {RuleId::newuser_fs, Caller::self, CLONE_FS | CLONE_NEWUSER | SIGCHLD},
    {RuleId::thread_sighand, Caller::self, CLONE_THREAD},
    {RuleId::sighand_vm, Caller::self, CLONE_SIGHAND | SIGCHLD},
    {RuleId::parent_init, Caller::init, CLONE_PARENT | SIGCHLD},
    {RuleId::new_caps, Caller::nobody, CLONE_NEWNET | SIGCHLD},
    {RuleId::newipc_sysvsem, Caller::self, CLONE_NEWIPC | CLONE_SYSVSEM | SIGCHLD},
    {RuleId::newpid_thread, Caller::self, IN_ONE_GROUP | CLONE_NEWPID},
    {RuleId::newpid_parent, Caller::self, CLONE_NEWPID | CLONE_PARENT | SIGCHLD},
};

/// A rule that needs more than a call.
struct Special {
    RuleId rule;
    Outcome (*witness)(RuleId);
};

constexpr Special special[] = {
    {RuleId::newuser_caps, newuser_caps},
    {RuleId::nproc, nproc},
    {RuleId::max_threads, max_threads},
    {RuleId::fs_in_exec, fs_in_exec},
    {RuleId::parent_exit_signal, parent_exit_signal},
    {RuleId::reset_on_fork, reset_on_fork},
};

Outcome call_as_self(const OneCall& w) {
    static Stack stack;
    announce(w.flags);
    return judge(w.rule, clone_on(w.flags, stack, nothing));
}

Outcome show(const OneCall& w) {
    if (w.caller == Caller::self) return call_as_self(w);
    const std::uint32_t flags = w.caller == Caller::init ? CLONE_NEWPID | SIGCHLD : SIGCHLD;
    printf("    clone(%s); the child%s:\n", flags_text(flags).c_str(),
           w.caller == Caller::init ? ", an init" : ", after setuid(nobody)");
    const int pid = clone(flags);
    if (pid == 0) {
        if (w.caller == Caller::nobody) setuid(NOBODY);
        exit_group(call_as_self(w));
    }
    return outcome_of(pid);
}

int usage() {
    fprintf(2, "usage: break RULE     with one of\n ");
    for (const auto& w : one_call) fprintf(2, " %s", rule_texts[w.rule].name);
    for (const auto& w : special) fprintf(2, " %s", rule_texts[w.rule].name);
    fprintf(2, "\n");
    return NOT_TRIED;
}

void introduce(RuleId id) {
    const RuleText& rule = rule_texts[id];
    printf("rule %s guards %s:\n    %s\n", rule.name, rule.guards[0] != '\0' ? rule.guards : "nothing",
           rule.why);
}

} // namespace
} // namespace breach

int main(int argc, char** argv) {
    using namespace breach;
    own_path = argv[0];
    if (argc != 2) return usage();
    if (same(argv[1], NOTHING)) return 0;
    for (const auto& w : one_call)
        if (same(argv[1], rule_texts[w.rule].name)) {
            introduce(w.rule);
            return show(w);
        }
    for (const auto& w : special)
        if (same(argv[1], rule_texts[w.rule].name)) {
            introduce(w.rule);
            return w.witness(w.rule);
        }
    fprintf(2, "break: no witness for a rule \"%s\"\n", argv[1]);
    return usage();
}
