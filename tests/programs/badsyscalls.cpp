// Every call with arguments that no program should pass: each must answer Linux's errno, and harm nobody.
#include "user/lib/lib.hpp"

using namespace user;

namespace {

int failures = 0;
const char* own_path; // a file that can be executed

void expect(const char* what, int answer, Errno error) {
    const bool good = answer == -static_cast<int>(error);
    if (!good) failures++;
    printf("%-44s %s\n", what, answer_text(answer).c_str());
    if (!good) printf("    FAILED: expected %s\n", answer_text(-static_cast<int>(error)).c_str());
}

/// Three addresses that a program does not own: the first page, the kernel's, the last page.
constexpr std::uint32_t bad_addresses[] = {8, 0xc0100000U, 0xfffff000U};

/// For the calls that read or write memory of ours.
struct PointerCall {
    const char* name;
    int (*make)(std::uint32_t address);
};

Pipe pipe_with_bytes;

int child_that_exits() {
    const int pid = fork();
    if (pid == 0) exit_group(0);
    return pid;
}

const PointerCall pointer_calls[] = {
    {"read(pipe, BAD, 4)", [](std::uint32_t p) { return call(Number::read, pipe_with_bytes.out, p, 4); }},
    {"write(pipe, BAD, 4)", [](std::uint32_t p) { return call(Number::write, pipe_with_bytes.in, p, 4); }},
    {"open(BAD)", [](std::uint32_t p) { return call(Number::open, p, O_RDONLY); }},
    {"execve(BAD)", [](std::uint32_t p) { return call(Number::execve, p, nullptr, nullptr); }},
    {"pipe(BAD)", [](std::uint32_t p) { return call(Number::pipe, p); }},
    {"uname(BAD)", [](std::uint32_t p) { return call(Number::uname, p); }},
    {"sysinfo(BAD)", [](std::uint32_t p) { return call(Number::sysinfo, p); }},
    {"sethostname(BAD, 4)", [](std::uint32_t p) { return call(Number::sethostname, p, 4); }},
    {"setrlimit(NPROC, BAD)", [](std::uint32_t p) { return call(Number::setrlimit, RLIMIT_NPROC, p); }},
    {"getrlimit(NPROC, BAD)", [](std::uint32_t p) { return call(Number::ugetrlimit, RLIMIT_NPROC, p); }},
    {"nanosleep(BAD)", [](std::uint32_t p) { return call(Number::nanosleep, p, nullptr); }},
    {"sched_setscheduler(0, FIFO, BAD)",
     [](std::uint32_t p) { return call(Number::sched_setscheduler, 0, SCHED_FIFO, p); }},
    {"set_thread_area(BAD)", [](std::uint32_t p) { return call(Number::set_thread_area, p); }},
    {"futex(BAD, WAIT)", [](std::uint32_t p) { return call(Number::futex, p, FUTEX_WAIT, 0, nullptr); }},
    {"waitpid(child, BAD)", [](std::uint32_t p) { return call(Number::waitpid, child_that_exits(), p, 0); }},
    {"clone(SETTLS) with BAD",
     [](std::uint32_t p) { return call(Number::clone, CLONE_SETTLS | SIGCHLD, 0, 0, p); }},
};

void bad_pointers() {
    for (const auto& c : pointer_calls) {
        int answer = 0;
        for (const auto address : bad_addresses) {
            answer = c.make(address);
            if (answer != -static_cast<int>(Errno::EFAULT)) break;
        }
        expect(c.name, answer, Errno::EFAULT);
    }
}

/// A buffer whose last four bytes are ours and whose next are not.
void across_an_edge() {
    const int where = mmap_anonymous(2 * PAGE_SIZE, PROT_READ | PROT_WRITE);
    if (failed(where)) return expect("mmap2", where, Errno::OK);
    const auto edge = static_cast<std::uint32_t>(where) + PAGE_SIZE;
    munmap(reinterpret_cast<void*>(edge), PAGE_SIZE);
    expect("uname() across the end of a mapping", call(Number::uname, edge - 4), Errno::EFAULT);
    memset(reinterpret_cast<void*>(edge - 4), 'x', 4);
    expect("open() of a path without an end", call(Number::open, edge - 4, O_RDONLY), Errno::EFAULT);
    expect("execve() with argv across the end", call(Number::execve, own_path, edge - 4, nullptr),
           Errno::EFAULT);
}

void bad_descriptors() {
    char c = 0;
    expect("read(99)", read(99, &c, 1), Errno::EBADF);
    expect("read(-1)", read(-1, &c, 1), Errno::EBADF);
    expect("write(99)", write(99, &c, 1), Errno::EBADF);
    expect("read(write end)", read(pipe_with_bytes.in, &c, 1), Errno::EBADF);
    expect("write(read end)", write(pipe_with_bytes.out, &c, 1), Errno::EBADF);
    expect("close(99)", close(99), Errno::EBADF);
    expect("close(0x7fffffff)", close(0x7fffffff), Errno::EBADF);
    expect("dup2(99, 1)", dup2(99, 1), Errno::EBADF);
    expect("dup2(1, -1)", dup2(1, -1), Errno::EBADF);
    expect("lseek(99)", lseek(99, 0, SEEK_SET), Errno::EBADF);
    expect("lseek(pipe)", lseek(pipe_with_bytes.out, 0, SEEK_SET), Errno::ESPIPE);
    expect("open(\"/no/such/file\")", open("/no/such/file", O_RDONLY), Errno::ENOENT);
    expect("execve(\"/no/such/file\")", execve("/no/such/file", nullptr, nullptr), Errno::ENOENT);
}

void bad_numbers() {
    expect("call 9999", call(static_cast<Number>(9999)), Errno::ENOSYS);
    expect("call -1", call(static_cast<Number>(-1)), Errno::ENOSYS);
    expect("kill(self, 65)", kill(getpid(), 65), Errno::EINVAL);
    expect("kill(99999, 0)", kill(99999, 0), Errno::ESRCH);
    expect("waitpid() without children", waitpid(-1, nullptr), Errno::ECHILD);
    expect("wait4() with unknown options", wait4(-1, nullptr, 0x4000), Errno::EINVAL);
    expect("munmap(1)", munmap(reinterpret_cast<void*>(1), PAGE_SIZE), Errno::EINVAL);
    expect("mprotect(1)", mprotect(reinterpret_cast<void*>(1), PAGE_SIZE, PROT_READ), Errno::EINVAL);
    expect("mprotect() of nothing", mprotect(reinterpret_cast<void*>(0x1000), PAGE_SIZE, PROT_READ),
           Errno::ENOMEM);
    expect("mmap2() of 0 bytes", mmap_anonymous(0, PROT_READ), Errno::EINVAL);
    expect("futex() at an odd address", call(Number::futex, 0x1001, FUTEX_WAIT, 0, nullptr), Errno::EINVAL);
    expect("sched_setscheduler(0, 99)", sched_setscheduler(0, 99, 0), Errno::EINVAL);
    expect("sched_setscheduler(0, FIFO, 100)", sched_setscheduler(0, SCHED_FIFO, 100), Errno::EINVAL);
    expect("sethostname(65 bytes)", sethostname("x", 65), Errno::EINVAL);
    expect("sethostname(-1 bytes)", sethostname("x", ~0U), Errno::EINVAL);
    const Timespec wrong{0, 1000000000};
    expect("nanosleep(10^9 ns)", call(Number::nanosleep, &wrong, nullptr), Errno::EINVAL);
    expect("getsid(99999)", getsid(99999), Errno::ESRCH);
    expect("getpgid(99999)", getpgid(99999), Errno::ESRCH);
    expect("setpgid(99999, 0)", setpgid(99999, 0), Errno::ESRCH);
    expect("setpgid(0, -1)", setpgid(0, -1), Errno::EINVAL);
    expect("setrlimit(99)", setrlimit(99, {1, 1}), Errno::EINVAL);
    expect("setrlimit(current > maximum)", setrlimit(RLIMIT_NPROC, {2, 1}), Errno::EINVAL);
    expect("reboot() without the magic numbers", call(Number::reboot, 1, 2, REBOOT_POWER_OFF, 0),
           Errno::EINVAL);
    UserDesc entry{99, 0, 0xfffff, USER_DESC_SEG_32BIT | USER_DESC_LIMIT_IN_PAGES | USER_DESC_USEABLE};
    expect("set_thread_area(entry 99)", set_thread_area(entry), Errno::EINVAL);
}

void without_privilege() {
    const int pid = fork();
    if (pid == 0) {
        failures = 0;
        setuid(NOBODY);
        expect("nobody: setuid(0)", setuid(0), Errno::EPERM);
        expect("nobody: sethostname()", sethostname("x", 1), Errno::EPERM);
        expect("nobody: kill(1)", kill(1, 0), Errno::EPERM);
        expect("nobody: reboot()", power_off(0), Errno::EPERM);
        expect("nobody: SCHED_FIFO", sched_setscheduler(0, SCHED_FIFO, 1), Errno::EPERM);
        setrlimit(RLIMIT_NPROC, {1, 1});
        expect("nobody: a higher limit", setrlimit(RLIMIT_NPROC, {2, 2}), Errno::EPERM);
        exit_group(failures == 0 ? 0 : 1);
    }
    int status = 0;
    wait4(pid, &status);
    if (status != 0) failures++;
}

/// A child is born onto a stack that is not there: it dies at its first push, and only it.
int clone_onto(std::uint32_t stack, std::uint32_t flags) {
    int pid;
    asm volatile("int $0x80\n\t"
                 "test %%eax, %%eax\n\t"
                 "jnz 1f\n\t"
                 "push %%eax\n"
                 "1:"
                 : "=a"(pid)
                 : "a"(Number::clone), "b"(flags), "c"(stack), "d"(0), "S"(0), "D"(0)
                 : "memory", "cc");
    return pid;
}

void bad_stacks() {
    constexpr std::uint32_t memory[] = {0, CLONE_VM};
    for (const auto flags : memory)
        for (const auto stack : bad_addresses) {
            int status = 0;
            const int pid = clone_onto(stack, flags | SIGCHLD);
            const bool died =
                wait4(pid, &status) == pid && signalled(status) && term_signal(status) == SIGSEGV;
            printf("clone(%s) onto stack 0x%08x%*s %s\n", flags_text(flags | SIGCHLD).c_str(), stack,
                   flags != 0 ? 2 : 7, "", died ? "child: SIGSEGV" : "FAILED");
            if (!died) failures++;
        }
}

void broken_pipe() {
    Pipe p;
    pipe(p);
    const int pid = fork();
    if (pid == 0) {
        close(p.out);
        write(p.in, "x", 1);
        exit_group(0);
    }
    close(p.out);
    close(p.in);
    int status = 0;
    wait4(pid, &status);
    constexpr int SIGPIPE = 13;
    const bool died = signalled(status) && term_signal(status) == SIGPIPE;
    if (!died) failures++;
    printf("%-44s %s\n", "write() to a pipe that nobody reads", died ? "SIGPIPE" : "FAILED");
}

} // namespace

int main(int, char** argv) {
    own_path = argv[0];
    pipe(pipe_with_bytes);
    write(pipe_with_bytes.in, "0123456789ab", 12);
    bad_pointers();
    across_an_edge();
    bad_descriptors();
    bad_numbers();
    without_privilege();
    bad_stacks();
    broken_pipe();
    printf("badsyscalls: %s\n", failures == 0 ? "all as Linux answers" : "FAILED");
    return failures == 0 ? 0 : 1;
}
