#include "proofs/validate/processor.hpp"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace forkproof::proofs {

namespace {

constexpr int MOST_MILLISECONDS = 60'000; // a batch takes a few

int checked(int result, const char* what) {
    if (result < 0) throw NoProcessor(fmt::format("validate: {}: {}", what, std::strerror(errno)));
    return result;
}

} // namespace

Processor::Processor(const std::string& program) {
    if (access(program.c_str(), X_OK) != 0)
        throw NoProcessor(fmt::format("validate: {} is no program: build it first", program));
    std::signal(SIGPIPE, SIG_IGN); // a child that has died is noticed by write
    const int memory = checked(memfd_create("batch", MFD_CLOEXEC), "memfd_create");
    checked(ftruncate(memory, sizeof(native::Batch)), "ftruncate");
    void* const shared = mmap(nullptr, sizeof(native::Batch), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (shared == MAP_FAILED) checked(-1, "mmap");
    batch_ = static_cast<native::Batch*>(shared);
    // Close-on-exec, so that of several children none holds another's pipes open.
    int to[2], from[2];
    checked(pipe2(to, O_CLOEXEC), "pipe");
    checked(pipe2(from, O_CLOEXEC), "pipe");
    const std::string number = std::to_string(memory);
    child_ = checked(fork(), "fork");
    if (child_ == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        fcntl(memory, F_SETFD, 0);
        execl(program.c_str(), program.c_str(), number.c_str(), nullptr);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    close(memory);
    to_ = to[1];
    from_ = from[0];
    run({{0x90}, decoded({0x90}, native::CODE_AT), {}},
        0); // so that it is seen to live, and has told its selectors
}

Processor::~Processor() {
    close(to_);
    close(from_);
    munmap(batch_, sizeof *batch_);
    if (child_ <= 0) return;
    kill(child_, SIGKILL); // it has nothing to tidy up
    waitpid(child_, nullptr, 0);
}

void Processor::run(const Site& site, std::uint32_t count) {
    batch_->count = count;
    batch_->code_bytes = static_cast<std::uint32_t>(site.code.size());
    std::copy(site.code.begin(), site.code.end(), batch_->code);
    char byte = 1;
    if (write(to_, &byte, 1) != 1)
        throw NoProcessor(
            fmt::format("validate: the processor program died before {}", text(site.instruction)));
    pollfd answer{.fd = from_, .events = POLLIN, .revents = 0};
    if (poll(&answer, 1, MOST_MILLISECONDS) == 0)
        throw NoProcessor(
            fmt::format("validate: the processor program does not return from {}", text(site.instruction)));
    if (read(from_, &byte, 1) != 1)
        throw NoProcessor(fmt::format("validate: the processor program died of {}", text(site.instruction)));
}

} // namespace forkproof::proofs
