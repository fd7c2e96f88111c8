// clone: makes a call of clone() with the flags that it is told, and holds the answer against the rules.
// usage: clone [fpu] [ports] [ioprio=N] [twice] [FLAG...]     e.g. clone FS NEWUTS SIGCHLD
// exit status: 0 answered as the rules say, 3 accepted though a rule refuses, 4 another answer, 2 wrong use
//
// It is what the prover's counterexamples name as the program to boot. `fpu`: the caller has used the FPU;
// `ports`: it may touch one (ioperm);
// `ioprio=N`: it has an io context with this priority; `twice`: the same call has been made before; a number
// such as 0x1000 is bits without a name. The rules are those of the default profile, for root. A call that no
// rule refuses may fail once, as FAIL= asks for, and is made once more.
#include "invariants/rules.hpp"
#include "lib/lib.hpp"

using namespace user;

namespace {

enum Outcome : int { AS_THE_RULES_SAY = 0, WRONG_USE = 2, ACCEPTED = 3, OTHER_ANSWER = 4 };

constexpr int SIGNALS = 64;
constexpr std::uint32_t FIRST_TLS_ENTRY = 6; // linux-2.6.33 asm/segment.h, GDT_ENTRY_TLS_MIN

/// As this program is started: by root, from an init that is not its own, with room for more tasks.
constexpr VerdictContext root = {.cap_sys_admin = true,
                                 .cap_setuid = true,
                                 .cap_setgid = true,
                                 .cap_sys_resource = true,
                                 .first_user = true};

constexpr unsigned POST_PORT = 0x80; ///< where a BIOS says how far it is: nothing happens

Stack stack;
std::int32_t number; ///< where PARENT_SETTID, CHILD_SETTID and CHILD_CLEARTID write
UserDesc tls = {FIRST_TLS_ENTRY, 0, 0xfffff,
                USER_DESC_SEG_32BIT | USER_DESC_LIMIT_IN_PAGES | USER_DESC_USEABLE};

constexpr char IOPRIO[] = "ioprio=";

/// A priority that is none takes the class back and leaves the context.
void has_io_context(int priority) {
    const int best_effort = IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT;
    if (failed(ioprio_set(IOPRIO_WHO_PROCESS, 0, best_effort)) ||
        failed(ioprio_set(IOPRIO_WHO_PROCESS, 0, priority)))
        fprintf(2, "clone: %d is no io priority\n", priority);
}

int nothing(void*) { return 0; }

std::uint32_t digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a') + 10;
    return ~0U;
}

/// "FS", "SIGCHLD" or "0x1000".
bool add_bits(const char* word, std::uint32_t& flags) {
    for (const auto& flag : flag_names)
        if (same(word, flag.name)) return flags |= flag.bit, true;
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (same(word, signal_text(signal).c_str())) return flags |= static_cast<std::uint32_t>(signal), true;
    if (word[0] != '0' || word[1] != 'x' || word[2] == '\0') return false;
    std::uint32_t bits = 0;
    for (const char* c = word + 2; *c != '\0'; c++) {
        if (digit(*c) == ~0U || bits >> 28 != 0) return false;
        bits = bits << 4 | digit(*c);
    }
    return flags |= bits, true;
}

/// A task that has ended leaves nothing behind that a later check could take for a leak.
void see_it_end(int pid, std::uint32_t flags) {
    if ((flags & CLONE_THREAD) != 0) {
        sleep_ms(1); // it needs no more
        return;
    }
    if ((flags & CLONE_STOPPED) != 0) kill(pid, SIGKILL);
    wait4(pid, nullptr, WALL); // with PARENT it is somebody else's child: then init reaps it
}

int call_once(std::uint32_t flags) {
    const int answer = clone_on(flags, stack, nothing, nullptr, &number, &tls, &number);
    printf("clone(%s) = %s", flags_text(flags).c_str(),
           failed(answer) ? answer_text(answer).c_str() : "a child");
    return answer;
}

Outcome call_that_is_refused(std::uint32_t flags, const RuleText& rule) {
    const int expected = -static_cast<int>(rule.errno_value);
    const int answer = call_once(flags);
    printf(answer == expected ? ", as rule %s says\n" : ", but rule %s says ", rule.name);
    if (answer == expected) return AS_THE_RULES_SAY;
    printf("%s\n", answer_text(expected).c_str());
    if (failed(answer)) return OTHER_ANSWER;
    see_it_end(answer, flags);
    return ACCEPTED;
}

Outcome call_that_is_accepted(std::uint32_t flags) {
    for (int attempt = 0; attempt < 2; attempt++) {
        const int answer = call_once(flags);
        printf("\n");
        if (failed(answer)) continue;
        see_it_end(answer, flags);
        return AS_THE_RULES_SAY;
    }
    printf("no rule refuses it, and nobody asked for two failures\n");
    return OTHER_ANSWER;
}

} // namespace

int main(int argc, char** argv) {
    std::uint32_t flags = 0;
    bool twice = false;
    for (int i = 1; i < argc; i++) {
        if (same(argv[i], "twice")) {
            twice = true;
        } else if (same(argv[i], "fpu")) {
            asm volatile("fninit");
        } else if (same(argv[i], "ports")) {
            if (failed(ioperm(POST_PORT, 1, 1))) fprintf(2, "clone: no port may be touched\n");
        } else if (memcmp(argv[i], IOPRIO, sizeof IOPRIO - 1) == 0) {
            has_io_context(parse_number(argv[i] + sizeof IOPRIO - 1));
        } else if (!add_bits(argv[i], flags)) {
            fprintf(2,
                    "clone: no flag \"%s\"; usage: clone [fpu] [ports] [ioprio=N] [twice] [FLAG...], as in "
                    "clone FS "
                    "SIGCHLD\n",
                    argv[i]);
            return WRONG_USE;
        }
    }
    const RuleId rule = first_refusal(PlainView{flags, root}, profile_default);
    if (rule != RuleId::none) return call_that_is_refused(flags, rule_texts[rule]);
    if (twice && call_that_is_accepted(flags) != AS_THE_RULES_SAY) return OTHER_ANSWER;
    return call_that_is_accepted(flags);
}
