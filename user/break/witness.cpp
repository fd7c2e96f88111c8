#include "witness.hpp"

namespace breach {

const char* own_path = nullptr;

void announce(std::uint32_t flags) { printf("    clone(%s) ...\n", flags_text(flags).c_str()); }

Outcome judge(RuleId rule, int answer) {
    const RuleText& text = rule_texts[rule];
    const int expected = -static_cast<int>(text.errno_value);
    if (answer == expected) {
        printf("    = %s, as the rule says\n", answer_text(answer).c_str());
        return REFUSED;
    }
    if (failed(answer)) {
        printf("    = %s, but the rule says %s\n", answer_text(answer).c_str(),
               answer_text(expected).c_str());
        return OTHER_ANSWER;
    }
    printf("    = a new task: accepted, and nothing has stopped it\n");
    return ACCEPTED;
}

Outcome outcome_of(int pid) {
    int status = 0;
    if (pid <= 0 || wait4(pid, &status, WALL) != pid || !exited(status)) {
        printf("    the witness was not made, or was killed (clone: %s, status 0x%x)\n",
               answer_text(pid).c_str(), static_cast<unsigned>(status));
        return OTHER_ANSWER;
    }
    return static_cast<Outcome>(exit_code(status));
}

int nothing(void*) { return 0; }

} // namespace breach
