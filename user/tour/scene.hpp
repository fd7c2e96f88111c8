// The tour's stage: what scenes speak with, and how they check that what they say is so. A scene states a
// fact only after it has checked it; one that does not hold is named, and the tour ends with a status that is
// not 0.
#pragma once
#include "user/lib/lib.hpp"

namespace tour {
using namespace user;

/// Begins the next scene: its number and its title.
void scene(const char* title);

/// A line of the scene, spoken by `who`.
[[gnu::format(printf, 2, 3)]] void tell(const char* who, const char* format, ...);

/// States a fact. If it does not hold, says so at once and remembers it. Returns whether it holds.
bool check(bool holds, const char* fact);

/// Called first in a child that was not made by spawn: the facts that failed before are its parent's.
void begin_child();

/// What a child exits with: its code, or the code that tells its parent that a fact did not hold.
int verdict(int code = 0);

/// How many scenes were begun, and how many facts did not hold in this process or a child it has joined.
int scenes_begun();
int facts_failed();

/// Waits for a child and checks that it exited with this code.
void join(int pid, int code = 0);

/// Makes a child by clone(flags | SIGCHLD) that runs `body` and exits. Not for flags with VM. Returns its
/// pid.
template <class Body>
int spawn(std::uint32_t flags, Body body) {
    const int pid = clone(flags | SIGCHLD);
    if (pid == 0) {
        begin_child();
        body();
        exit_group(verdict());
    }
    check(pid > 0, "clone() made a child");
    return pid;
}

/// While one lives, this error is what the scene asks for when it makes tasks, or any error if none is named.
/// Every other error comes from outside, as FAIL= makes it come: it is said, and the call is made once more
/// (main sets user::once_more to this).
class AsksFor {
  public:
    explicit AsksFor(Errno error = Errno::OK);
    ~AsksFor();
    AsksFor(const AsksFor&) = delete;
    AsksFor& operator=(const AsksFor&) = delete;
};
bool once_more_if_not_asked_for(int answer);

inline constexpr unsigned MS_REC = 0x4000, MS_PRIVATE = 1U << 18; // linux/fs.h
[[nodiscard]] bool can_be_opened(const char* path);

/// A place where one process waits until another lets it pass. Each side calls only its own of the two, so
/// that a side that dies is seen by the other and nobody waits for ever.
class Gate {
  public:
    Gate() { check(pipe(pipe_) == 0, "pipe() made a pipe"); }
    ~Gate();
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;
    void open();
    void pass();
    /// Waits until every other holder of the gate has ended or closed it. True if none sent a byte.
    bool closed();
    [[nodiscard]] int fd_to_pass() const { return pipe_.out; }
    [[nodiscard]] int fd_to_open() const { return pipe_.in; }

  private:
    void drop(int& fd);
    Pipe pipe_;
};

/// The machine's memory and tasks at a moment, where they can be measured.
class Memory {
  public:
    /// False if the kernel does not tell, or if others run on this machine and would disturb the measurement.
    bool measure();
    [[nodiscard]] std::uint32_t free_pages() const { return info_.freeram * info_.mem_unit / PAGE_SIZE; }
    [[nodiscard]] int tasks() const { return info_.procs; }

  private:
    Sysinfo info_{};
};

/// Where this program lies, for the scenes that execute it again, and its environment.
extern const char* own_path;
extern const char* const* own_environment;

// The scenes, in the order in which they are shown.
void fork_returns_twice();
void copy_on_write();
void vfork_order();
void thread();
void files_and_offsets();
void tid_words();
void hostname_namespace();
void pid_namespace();
void mount_namespace();
void net_namespace();
void semaphores();
void zombies();
void stop_and_continue();
void siblings();
void reset_on_fork();
void failure_leaves_nothing();
void refusals();
void process_tree();

/// What the program does when a scene has executed it again, with the rest of the command line.
int executed_again(int argc, char** argv);

/// The answer of clone(FS | NEWIPC | SYSVSEM) while a thread of the same process is in execve (in_exec.cpp).
int clone_while_in_exec();

} // namespace tour
