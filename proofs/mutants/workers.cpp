#include "proofs/mutants/workers.hpp"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace forkproof::proofs::mutants {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int WORK_FAILED = 9;
/// Where others use the processors too, or work sleeps: it may take so many times its limit by the clock.
constexpr int WAITING = 10;

struct Worker {
    std::size_t job;
    pid_t process;
    int pipe;
    Clock::time_point end;
    std::string text;
};

void write_all(int to, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n = ::write(to, text.data() + done, text.size() - done);
        if (n < 0 && errno != EINTR) return;
        if (n > 0) done += static_cast<std::size_t>(n);
    }
}

[[noreturn]] void be_worker(int pipe, std::size_t job, const WorkerOptions& options,
                            const std::function<std::string(std::size_t)>& work) {
    ::setpgid(0, 0); // what it starts ends with it
    const auto seconds = static_cast<rlim_t>(options.limit.count());
    const rlimit limit{seconds, seconds + 1};
    ::setrlimit(RLIMIT_CPU, &limit);
    int status = 0;
    std::string text;
    try {
        text = work(job);
    } catch (const std::exception& failure) {
        text = failure.what();
        status = WORK_FAILED;
    } catch (...) {
        text = "an exception of unknown kind";
        status = WORK_FAILED;
    }
    write_all(pipe, text);
    ::_exit(status);
}

Worker start(std::size_t job, const WorkerOptions& options,
             const std::function<std::string(std::size_t)>& work) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    const pid_t process = ::fork();
    if (process < 0) throw std::runtime_error("cannot start a process");
    if (process == 0) {
        ::close(ends[0]);
        be_worker(ends[1], job, options, work);
    }
    ::setpgid(process, process);
    ::close(ends[1]);
    return {job, process, ends[0], Clock::now() + options.limit * WAITING, ""};
}

WorkerResult end(Worker& worker, bool too_late) {
    if (too_late) ::kill(-worker.process, SIGKILL);
    int status = 0;
    while (::waitpid(worker.process, &status, 0) < 0 && errno == EINTR) {
    }
    ::close(worker.pipe);
    if (too_late || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        return {WorkerResult::End::too_late, "takes too long"};
    if (WIFSIGNALED(status))
        return {WorkerResult::End::failed, fmt::format("ended by signal {}", ::strsignal(WTERMSIG(status)))};
    if (WEXITSTATUS(status) != 0) return {WorkerResult::End::failed, worker.text};
    return {WorkerResult::End::finished, std::move(worker.text)};
}

/// Reads what there is. False at the end of the pipe.
bool read_some(Worker& worker) {
    char part[1 << 14];
    const ssize_t n = ::read(worker.pipe, part, sizeof part);
    if (n > 0) worker.text.append(part, static_cast<std::size_t>(n));
    return n > 0 || (n < 0 && errno == EINTR);
}

} // namespace

void run_workers(std::size_t count, const WorkerOptions& options,
                 const std::function<std::string(std::size_t)>& work,
                 const std::function<void(std::size_t, const WorkerResult&)>& done) {
    std::vector<Worker> workers;
    for (std::size_t next = 0; next < count || !workers.empty();) {
        while (next < count && workers.size() < std::max(options.processes, 1U))
            workers.push_back(start(next++, options, work));
        std::vector<pollfd> waiting;
        Clock::time_point first = Clock::time_point::max();
        for (const Worker& worker : workers) {
            waiting.push_back({worker.pipe, POLLIN, 0});
            first = std::min(first, worker.end);
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(first - Clock::now()).count();
        ::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<long long>(left, 0)) + 1);
        std::vector<Worker> still;
        for (std::size_t i = 0; i < workers.size(); i++) {
            Worker& worker = workers[i];
            const bool over = (waiting[i].revents & (POLLIN | POLLHUP | POLLERR)) && !read_some(worker);
            const bool too_late = !over && Clock::now() >= worker.end;
            if (over || too_late) {
                const std::size_t job = worker.job;
                done(job, end(worker, too_late));
            } else {
                still.push_back(std::move(worker));
            }
        }
        workers = std::move(still);
    }
}

} // namespace forkproof::proofs::mutants
