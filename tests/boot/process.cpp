#include "tests/boot/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace forkproof::boots {
namespace {

constexpr int signal_base = 128; // as shells add it

[[noreturn]] void become(const Command& command, char* const* argv) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM); // nothing outlives the tests
    const int output = ::open(command.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const int errors = ::open(command.errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    ::close_range(STDERR_FILENO + 1, ~0U, 0); // the program finds 0, 1 and 2 open, and no others
    if (!command.folder.empty() && ::chdir(command.folder.c_str()) != 0) ::_exit(cannot_execute);
    if (command.empty_environment) ::clearenv();
    ::execvp(argv[0], argv);
    ::_exit(cannot_execute);
}

} // namespace

int execute(const Command& command) {
    std::vector<char*> argv;
    for (const auto& argument : command.argv) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) become(command, argv.data());
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : signal_base + WTERMSIG(status);
}

} // namespace forkproof::boots
