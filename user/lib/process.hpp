// Making, ending, awaiting and steering processes.
#pragma once
#include "abi.hpp"
#include "syscall.hpp"

namespace user {

/// Asked when fork, vfork, clone or clone_on answers an error: true means that the same call is made once
/// more. Null, as it is at first: nobody is asked, and the caller gets the error.
extern bool (*once_more)(int answer);

extern "C" {
bool user_once_more(int answer);
/// The child borrows memory and stack until it execs or exits; the parent sleeps until then.
[[gnu::returns_twice]] int vfork() asm("user_vfork");
int user_clone_on(std::uint32_t flags, void* stack_top, int (*function)(void*), void* argument,
                  std::int32_t* parent_tid, void* tls, std::int32_t* child_tid);
}

[[noreturn]] inline void exit(int status) {
    for (;;) call(Number::exit, status);
}
[[noreturn]] inline void exit_group(int status) {
    for (;;) call(Number::exit_group, status);
}

/// Makes a call that makes a task, and once more if it fails and `once_more` says so.
template <class Call>
int make_task(Call call_once) {
    const int answer = call_once();
    return failed(answer) && user_once_more(answer) ? call_once() : answer;
}

inline int fork() {
    return make_task([] { return call(Number::fork); });
}

/// The raw call with the caller's own stack, for children that do not share memory.
inline int clone(std::uint32_t flags, std::int32_t* parent_tid = nullptr, void* tls = nullptr,
                 std::int32_t* child_tid = nullptr) {
    return make_task([=] { return call(Number::clone, flags, 0, parent_tid, tls, child_tid); });
}

/// A stack for clone_on; what is cloned borrows it until it has ended.
struct Stack {
    alignas(16) char bytes[PAGE_SIZE];
    void* top() { return bytes + sizeof bytes; }
};

/// A child that calls function(argument) on a stack of its own and exits with what it returns.
inline int clone_on(std::uint32_t flags, Stack& stack, int (*function)(void*), void* argument = nullptr,
                    std::int32_t* parent_tid = nullptr, void* tls = nullptr,
                    std::int32_t* child_tid = nullptr) {
    return make_task([=, top = stack.top()] {
        return user_clone_on(flags, top, function, argument, parent_tid, tls, child_tid);
    });
}

inline int execve(const char* path, const char* const* argv, const char* const* envp) {
    return call(Number::execve, path, argv, envp);
}

inline int wait4(int pid, int* status, std::uint32_t options = 0) {
    return call(Number::wait4, pid, status, options, nullptr);
}
inline int waitpid(int pid, int* status, int options = 0) {
    return call(Number::waitpid, pid, status, options);
}
inline int kill(int pid, int signal) { return call(Number::kill, pid, signal); }

/// The handler is called with the signal's number, and what it interrupted goes on.
int sigaction(int signal, void (*handler)(int));

inline int getpid() { return call(Number::getpid); }
inline int gettid() { return call(Number::gettid); }
inline int getppid() { return call(Number::getppid); }
inline int setsid() { return call(Number::setsid); }
inline int getsid(int pid) { return call(Number::getsid, pid); }
inline int setpgid(int pid, int group) { return call(Number::setpgid, pid, group); }
inline int getpgid(int pid) { return call(Number::getpgid, pid); }
inline int set_tid_address(std::int32_t* word) { return call(Number::set_tid_address, word); }

inline int getuid() { return call(Number::getuid32); }
inline int geteuid() { return call(Number::geteuid32); }
inline int getgid() { return call(Number::getgid32); }
inline int getegid() { return call(Number::getegid32); }
inline int setuid(int uid) { return call(Number::setuid32, uid); }
inline int setrlimit(int what, const Rlimit& limit) { return call(Number::setrlimit, what, &limit); }
inline int getrlimit(int what, Rlimit& limit) { return call(Number::ugetrlimit, what, &limit); }

inline int sched_yield() { return call(Number::sched_yield); }
inline int sched_setscheduler(int pid, int policy, int priority) {
    const SchedParam param{priority};
    return call(Number::sched_setscheduler, pid, policy, &param);
}
inline int sched_getscheduler(int pid) { return call(Number::sched_getscheduler, pid); }
inline int sleep_ms(int milliseconds) {
    const Timespec time{milliseconds / 1000, milliseconds % 1000 * 1000000};
    return call(Number::nanosleep, &time, nullptr);
}

inline int ioperm(unsigned from, unsigned count, int allow) {
    return call(Number::ioperm, from, count, allow);
}

inline int ioprio_set(int which, int who, int priority) {
    return call(Number::ioprio_set, which, who, priority);
}
inline int ioprio_get(int which, int who) { return call(Number::ioprio_get, which, who); }

inline int futex_wait(volatile std::int32_t* word, int expected) {
    return call(Number::futex, word, FUTEX_WAIT, expected, nullptr);
}
inline int futex_wake(volatile std::int32_t* word, int how_many) {
    return call(Number::futex, word, FUTEX_WAKE, how_many);
}

} // namespace user
