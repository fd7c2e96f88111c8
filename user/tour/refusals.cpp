// Scene: each combination of flags that clone() refuses, by the rule that refuses it. What a rule guards and
// why comes from the table in invariants/, which the kernel's verdict is proved against; only the witnesses
// are this file's.
#include "invariants/rules.hpp"
#include "scene.hpp"

namespace tour {
namespace {

enum class Caller { root, nobody, poor, init, exec };

constexpr const char* caller_names[] = {"root", "nobody", "nproc 1", "an init", "in exec"};

struct Witness {
    RuleId rule;
    Caller caller;
    std::uint32_t flags;
};

constexpr std::uint32_t THREAD = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;

constexpr Witness witnesses[] = {
    {RuleId::newuser_thread, Caller::root, THREAD | CLONE_NEWUSER},
    {RuleId::newuser_caps, Caller::nobody, CLONE_NEWUSER},
    {RuleId::newns_fs, Caller::root, CLONE_FS | CLONE_NEWNS},
    {RuleId::newuser_fs, Caller::root, CLONE_FS | CLONE_NEWUSER},
    {RuleId::thread_sighand, Caller::root, CLONE_VM | CLONE_THREAD},
    {RuleId::sighand_vm, Caller::root, CLONE_SIGHAND},
    {RuleId::parent_init, Caller::init, CLONE_PARENT},
    {RuleId::nproc, Caller::poor, 0},
    {RuleId::fs_in_exec, Caller::exec, CLONE_FS},
    {RuleId::new_caps, Caller::nobody, CLONE_NEWUTS},
    {RuleId::newipc_sysvsem, Caller::root, CLONE_NEWIPC | CLONE_SYSVSEM},
    {RuleId::newpid_thread, Caller::root, THREAD | CLONE_NEWPID},
    {RuleId::newpid_parent, Caller::root, CLONE_NEWPID | CLONE_PARENT},
};

int nothing(void*) { return 0; }

void become(Caller caller) {
    if (caller == Caller::nobody || caller == Caller::poor) setuid(NOBODY);
    if (caller == Caller::poor) setrlimit(RLIMIT_NPROC, {1, 1});
}

/// What clone() answers to this caller. Asked in a child, which ends whatever a refusal that is missing lets
/// in.
int answer_to(const Witness& w) {
    if (w.caller == Caller::exec) return clone_while_in_exec();
    static Stack stack;
    Pipe answer;
    if (pipe(answer) != 0) return 0;
    const int pid = clone((w.caller == Caller::init ? CLONE_NEWPID : 0U) | SIGCHLD);
    if (pid == 0) {
        become(w.caller);
        const AsksFor any_error;
        const int got = clone_on(w.flags | SIGCHLD, stack, nothing);
        write(answer.in, &got, sizeof got);
        exit_group(0);
    }
    close(answer.in);
    int got = 0;
    if (read(answer.out, &got, sizeof got) != sizeof got) got = 0;
    close(answer.out);
    while (wait4(-1, nullptr, WALL) > 0) {
    } // the child, and any sibling that PARENT let in
    return got;
}

/// Prints text in lines of at most `width`, broken at blanks.
void print_wrapped(const char* text, int indent, int width) {
    while (*text != '\0') {
        int length = static_cast<int>(strlen(text));
        if (length > width)
            for (length = width; length > 0 && text[length] != ' ';) length--;
        printf("%*s%.*s\n", indent, "", length, text);
        for (text += length; *text == ' ';) text++;
    }
}

/// The first invariant that a rule guards, and how many more: "sighand-mm +1"; "none" for none.
Text guards_text(const char* guards) {
    Text out{};
    int first = 0, more = 0;
    while (guards[first] != '\0' && guards[first] != ' ') first++;
    for (const char* c = guards; *c != '\0'; c++)
        if (*c == ' ') more++;
    if (first == 0)
        snprintf(out.text, sizeof out.text, "none");
    else if (more == 0)
        snprintf(out.text, sizeof out.text, "%s", guards);
    else
        snprintf(out.text, sizeof out.text, "%.*s +%d", first, guards, more);
    return out;
}

constexpr const char* ROW = "    %-15s %-8s %-25s %-8s %s\n";

void show(const Witness& w) {
    const RuleText& rule = rule_texts[w.rule];
    const int got = answer_to(w);
    const auto flags = w.flags == 0 ? Text{"none"} : flags_text(w.flags, "|");
    printf(ROW, rule.name, caller_names[static_cast<int>(w.caller)], flags.c_str(), answer_text(got).c_str(),
           guards_text(rule.guards).c_str());
    constexpr int INDENT = 6, COLUMNS = 78;
    print_wrapped(rule.why, INDENT, COLUMNS - INDENT);
    check(got == -static_cast<int>(rule.errno_value), rule.name);
}

} // namespace

void refusals() {
    scene("what clone() refuses, and which invariant would break if it did not");
    printf(ROW, "rule", "asked by", "flags", "answer", "guards");
    for (const auto& w : witnesses) show(w);
    printf("    Not met here: max-threads needs a full machine, or less in\n"
           "    /proc/sys/kernel/threads-max; security a policy (lsm=); exec-domain a module\n"
           "    that is being unloaded.\n");
}

} // namespace tour
