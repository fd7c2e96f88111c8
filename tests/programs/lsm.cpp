// Boot with lsm=NEWPID,VFORK:ENOSPC: the policy's errno reaches whoever asks for one of its flags, after the
// rules about senseless flags and before the others; nobody else notices it.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

bool good = true;

/// The answer of a clone that is to be refused, or 0 for a child.
void expect(const char* who, std::uint32_t flags, int expected) {
    int answer = clone(flags | SIGCHLD);
    if (answer == 0) exit_group(0);
    int status = 1;
    if (answer > 0) answer = wait4(answer, &status) == answer && status == 0 ? 0 : -1;
    good = good && answer == expected;
    printf("lsm: %s, clone(%s) = %s%s\n", who, flags_text(flags).c_str(),
           answer == 0 ? "a child" : answer_text(answer).c_str(), answer == expected ? "" : "  FAILED");
}

constexpr int as_answer(Errno e) { return -static_cast<int>(e); }

} // namespace

int main() {
    const int denied = as_answer(Errno::ENOSPC);
    expect("root", 0, 0);
    expect("root", CLONE_NEWUTS, 0);
    expect("root", CLONE_NEWPID, denied);
    expect("root", CLONE_VFORK, denied);
    expect("root", CLONE_VFORK | CLONE_NEWUTS, denied);
    expect("root", CLONE_NEWNS | CLONE_FS | CLONE_NEWPID, as_answer(Errno::EINVAL));
    setuid(NOBODY);
    expect("nobody", 0, 0);
    expect("nobody", CLONE_NEWPID, denied); // before the question of privilege
    expect("nobody", CLONE_NEWUTS, as_answer(Errno::EPERM));
    printf("lsm: %s\n", good ? "as the policy says" : "FAILED");
    return good ? 0 : 1;
}
