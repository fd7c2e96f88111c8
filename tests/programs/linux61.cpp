// linux61: what rules=linux-6.1 accepts and refuses otherwise than 2.6.33, and that who is root in a user
// namespace of its own is so nowhere else. usage: linux61     status 0: all as linux-6.1 says
#include "invariants/later_rules.hpp"
#include "user/lib/lib.hpp"

using namespace user;

namespace {

constexpr std::uint32_t NOBODY_ID = 65534;

int wrong;
const char* own_path;

/// Makes the call, whose child ends at once, and says whether it was answered so. 0: a child is expected.
void expect(const char* who, std::uint32_t flags, const char* words, Errno wanted) {
    int status = 0;
    const int pid = clone(flags | SIGCHLD);
    if (pid == 0) exit_group(0);
    // 2.6.33 knows NEWCGROUP's bit as STOPPED, and would have us wait for ever
    if (!failed(pid) && (flags & CLONE_NEWCGROUP)) kill(pid, SIGKILL);
    // with PARENT it is init's child, and init reaps it
    if (!failed(pid) && !(flags & CLONE_PARENT) && wait4(pid, &status, WALL) != pid) wrong++;
    const bool good = wanted == Errno::OK ? !failed(pid) : pid == -static_cast<int>(wanted);
    if (!good) wrong++;
    printf("linux61: %s, clone(%s) = %s%s\n", who, words, failed(pid) ? answer_text(pid).c_str() : "a child",
           good ? "" : "  FAILED");
}

void expect_errno(const char* what, int answer, Errno wanted) {
    const bool good = answer == -static_cast<int>(wanted);
    if (!good) wrong++;
    printf("linux61: %s = %s%s\n", what, answer_text(answer).c_str(), good ? "" : "  FAILED");
}

/// What this program does as uid 0 of a namespace that nobody made.
int inside() {
    expect("root of its own namespace", CLONE_NEWNET, "NEWNET", Errno::OK);
    expect_errno("root of its own namespace, sethostname", sethostname("x", 1), Errno::EPERM);
    expect_errno("root of its own namespace, setuid(1)", setuid(1), Errno::EPERM);
    return wrong;
}

/// A child as nobody; its own count of what is wrong is its status.
template <class F>
void in_child(std::uint32_t flags, F f) {
    int status = 0;
    const int pid = clone(flags | SIGCHLD);
    if (pid == 0) {
        wrong = 0;
        f();
        exit_group(wrong);
    }
    if (failed(pid) || wait4(pid, &status, WALL) != pid || !exited(status)) {
        wrong++;
        return;
    }
    wrong += exit_code(status);
}

} // namespace

int main(int argc, char** argv) {
    own_path = argv[0];
    if (argc > 1) return inside();
    expect("root", CLONE_PARENT | CLONE_NEWPID, "PARENT | NEWPID", Errno::OK);
    expect("root", CLONE_FS | CLONE_NEWUSER, "FS | NEWUSER", Errno::EINVAL);
    expect("root", CLONE_PIDFD | CLONE_PARENT_SETTID, "PIDFD | PARENT_SETTID", Errno::EINVAL);
    expect("root", CLONE_PIDFD | CLONE_DETACHED, "PIDFD | DETACHED", Errno::EINVAL);
    in_child(0, [] {
        setuid(NOBODY_ID);
        expect("nobody", CLONE_NEWNET, "NEWNET", Errno::EPERM);
        expect("nobody", CLONE_NEWCGROUP, "NEWCGROUP", Errno::EPERM);
        expect("nobody", CLONE_NEWUSER, "NEWUSER", Errno::OK);
        expect("nobody", CLONE_NEWUSER | CLONE_NEWNET, "NEWUSER | NEWNET", Errno::OK);
        in_child(CLONE_NEWUSER | CLONE_NEWUTS, [] {
            const char* const args[] = {own_path, "inside", nullptr};
            const char* const env[] = {nullptr};
            execve(own_path, args, env);
            wrong++;
        });
    });
    printf("linux61: %s\n", wrong == 0 ? "all as linux-6.1 says" : "NOT as linux-6.1 says");
    return wrong == 0 ? 0 : 1;
}
