// Scenes: resources beyond memory and files. A semaphore that its last user's death puts back, mounts and
// names of sockets that only one namespace has.
#include "scene.hpp"

namespace tour {
namespace {

// linux/ipc.h, linux/sem.h
constexpr int SEMOP = 1, SEMGET = 2, SEMCTL = 3, IPC_PRIVATE = 0, IPC_RMID = 0, GETVAL = 12, SETVAL = 16;
constexpr std::int16_t SEM_UNDO = 0x1000;
constexpr int OWNER_MAY = 0600;

struct SemOperation {
    std::uint16_t number;
    std::int16_t change, flags;
};

/// A set of one semaphore, gone with this.
class Semaphore {
  public:
    Semaphore() : id_(call(Number::ipc, SEMGET, IPC_PRIVATE, 1, OWNER_MAY)) { set(1); }
    ~Semaphore() { call(Number::ipc, SEMCTL, id_, 0, IPC_RMID); }
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;
    [[nodiscard]] bool exists() const { return id_ >= 0; }
    [[nodiscard]] int value() const {
        int unused = 0;
        return call(Number::ipc, SEMCTL, id_, 0, GETVAL, &unused);
    }
    void set(int value) { call(Number::ipc, SEMCTL, id_, 0, SETVAL, &value); }
    bool take() {
        const SemOperation down = {0, -1, SEM_UNDO};
        return call(Number::ipc, SEMOP, id_, 1, 0, &down) == 0;
    }

  private:
    int id_;
};

void takes_and_dies(Semaphore& s, const char* who) {
    if (check(s.take() && s.value() == 0, "the semaphore was taken"))
        tell(who, "takes it with SEM_UNDO, and exits");
}

constexpr const char* HERE = "/tmp";
constexpr const char* INSIDE = "/tmp/of-the-child";

// linux/net.h, linux/socket.h
constexpr int SOCKET = 1, BIND = 2, CONNECT = 3, LISTEN = 4, AF_UNIX = 1, SOCK_STREAM = 1;

struct UnixAddress {
    std::uint16_t family = AF_UNIX;
    char path[24] = "\0forkproof-tour"; ///< a first 0: an abstract name, which no file has
};
constexpr int ADDRESS_BYTES = sizeof(std::uint16_t) + sizeof "\0forkproof-tour" - 1;

template <class... A>
int socketcall(int which, A... arguments) {
    const unsigned long words[] = {(unsigned long)arguments...};
    return call(Number::socketcall, which, words);
}
int unix_socket() { return socketcall(SOCKET, AF_UNIX, SOCK_STREAM, 0); }
/// 0, or -ECONNREFUSED where nobody listens under the name.
int call_the_name() {
    const UnixAddress name;
    const int s = unix_socket();
    const int answer = socketcall(CONNECT, s, &name, ADDRESS_BYTES);
    close(s);
    return answer;
}

} // namespace

void semaphores() {
    scene("SYSVSEM: what a process did to a semaphore dies with it");
    Semaphore s;
    if (!check(s.exists(), "semget() made a semaphore")) return;
    join(spawn(0, [&] { takes_and_dies(s, "child"); }));
    if (check(s.value() == 1, "it was given back at the child's exit"))
        tell("parent", "finds it free: the kernel has given it back");
    join(spawn(CLONE_SYSVSEM, [&] { takes_and_dies(s, "SYSVSEM"); }));
    if (check(s.value() == 0, "it is still taken")) {
        tell("parent", "shares that child's undo list, so it is still taken: it is");
        tell("", "given back when the last of them has gone");
    }
}

void mount_namespace() {
    scene("NEWNS: a mount that the parent does not see");
    const int pid = clone(CLONE_NEWNS | SIGCHLD);
    if (pid == 0) {
        begin_child();
        mount("none", "/", "", MS_REC | MS_PRIVATE, nullptr); // for newer kernels, where mounts may be shared
        check(mount("tmpfs", HERE, "tmpfs", 0, nullptr) == 0, "mount() works");
        check(mkdir(INSIDE, 0700) == 0, "mkdir() works");
        if (check(can_be_opened(INSIDE), "the directory is there"))
            tell("child", "mounts a tmpfs on %s, makes a directory there", HERE);
        exit_group(verdict());
    }
    join(pid);
    if (check(!can_be_opened(INSIDE), "the parent's tree is as it was"))
        tell("parent", "looks into %s: nothing is there but what was", HERE);
}

void net_namespace() {
    scene("NEWNET: a name that nobody outside can call");
    const int s = unix_socket();
    const UnixAddress name;
    check(s >= 0 && socketcall(BIND, s, &name, ADDRESS_BYTES) == 0 && socketcall(LISTEN, s, 4) == 0,
          "a socket listens under a name");
    join(spawn(0, [] {
        if (check(call_the_name() == 0, "a child reaches it"))
            tell("fork", "child reaches its parent's socket by its name");
    }));
    join(spawn(CLONE_NEWNET, [] {
        if (check(call_the_name() == -static_cast<int>(Errno::ECONNREFUSED),
                  "in another namespace nobody answers"))
            tell("NEWNET", "child calls the same name: ECONNREFUSED, nobody has it here");
    }));
    close(s);
}

} // namespace tour
