#include "debug/bochs.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace forkproof::runner {
namespace {

using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int) { stop_requested = 1; }

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

// Where Bochs writes. A pipe; but for a person a pseudo-terminal, on which the C library passes each line on
// at once.
struct Channel {
    int ours = -1;
    int theirs = -1;
};

Channel open_channel(bool interactive) {
    Channel channel;
    if (interactive) {
        struct termios raw {};
        ::cfmakeraw(&raw); // no new line is turned into two characters
        if (::openpty(&channel.ours, &channel.theirs, nullptr, &raw, nullptr) != 0) fail("openpty");
    } else {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) fail("pipe");
        channel = {ends[0], ends[1]};
    }
    ::fcntl(channel.ours, F_SETFD, FD_CLOEXEC);
    return channel;
}

// Gives the terminal to the caller's process group. What is in the background would be stopped for trying.
void take_terminal() {
    if (!::isatty(STDIN_FILENO)) return;
    const auto before = ::signal(SIGTTOU, SIG_IGN);
    ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
    ::signal(SIGTTOU, before);
}

// In the child, for a person: Ctrl-C is meant for Bochs, not for make, which would end at it. Nobody would
// wake what Ctrl-Z stops.
void own_terminal() {
    ::setpgid(0, 0);
    take_terminal();
    ::signal(SIGTSTP, SIG_IGN);
}

// In the child: streams in place, then Bochs.
[[noreturn]] void become_bochs(const BochsCall& call, int output) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // if we are killed, so is Bochs
    const int errors = ::open(call.error_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(errors, STDERR_FILENO);
    ::dup2(output, STDOUT_FILENO);
    if (call.interactive)
        own_terminal();
    else
        ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    std::vector<char*> argv;
    for (const auto& argument : call.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    std::perror(argv[0]);
    ::_exit(127); // the shell's "command not found"
}

// Catches the signals by which people and systems say stop. Ctrl-C in the debugger is meant for Bochs.
void catch_signals(bool interactive) {
    struct sigaction action {};
    action.sa_handler = request_stop; // no SA_RESTART: poll shall return
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
    if (interactive) ::signal(SIGINT, SIG_IGN);
    ::signal(SIGPIPE, SIG_IGN); // nobody reads us any more (`| head`): the run is still judged and tidied up
}

// Milliseconds that poll may wait, or -1 for ever.
int wait_time(Clock::time_point deadline, unsigned host_seconds) {
    if (host_seconds == 0) return -1;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return left < 0 ? 0 : static_cast<int>(left) + 1;
}

} // namespace

BochsVersion installed_bochs() {
    BochsVersion version{};
    FILE* help = ::popen("bochs --help 2>&1 </dev/null", "r");
    if (!help) return version;
    std::string text;
    std::array<char, 4096> buffer{};
    while (std::size_t count = std::fread(buffer.data(), 1, buffer.size(), help))
        text.append(buffer.data(), count);
    ::pclose(help);
    constexpr std::string_view mark = "Bochs x86 Emulator ";
    if (const auto at = text.find(mark); at != std::string::npos) {
        const auto begin = at + mark.size();
        version.number = text.substr(begin, text.find_first_of(" \n", begin) - begin);
    }
    version.debugger_option = text.find("\n  -dbg ") != std::string::npos;
    return version;
}

BochsEnd run_bochs(const BochsCall& call, const std::function<void(std::string_view)>& output) {
    const Channel channel = open_channel(call.interactive);
    catch_signals(call.interactive);
    const auto deadline = Clock::now() + std::chrono::seconds(call.host_seconds);

    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        for (int signal : {SIGINT, SIGPIPE}) ::signal(signal, SIG_DFL); // what is ignored would stay so
        become_bochs(call, channel.theirs);
    }
    ::close(channel.theirs);

    BochsEnd end;
    std::array<char, 65536> buffer;
    for (;;) {
        pollfd ready{.fd = channel.ours, .events = POLLIN, .revents = 0};
        const int events = ::poll(&ready, 1, wait_time(deadline, call.host_seconds));
        if (stop_requested)
            end.interrupted = true;
        else if (events < 0 && errno == EINTR)
            continue;
        else if (events == 0)
            end.host_time_over = true;
        else if (const ssize_t count = ::read(channel.ours, buffer.data(), buffer.size()); count > 0) {
            output({buffer.data(), static_cast<std::size_t>(count)});
            continue;
        }
        break; // stopped, out of time, or Bochs has closed its end
    }
    if (end.interrupted || end.host_time_over) ::kill(child, SIGKILL);
    ::close(channel.ours);

    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (call.interactive) take_terminal();
    end.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return end;
}

} // namespace forkproof::runner
