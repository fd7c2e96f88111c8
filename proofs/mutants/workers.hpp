// Does many things, each in a process of its own: what crashes, or never ends, costs only itself.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace forkproof::proofs::mutants {

struct WorkerResult {
    enum class End : unsigned char { finished, failed, too_late } end = End::finished;
    std::string text; ///< what the work returned; of a failure, why
};

struct WorkerOptions {
    unsigned processes = 1;
    std::chrono::seconds limit{25}; ///< of processor time, for one piece of work
};

/// Calls work(i) for each i below `count` in a child process, several at a time, and done(i, result) here in
/// the order in which they end. An exception in the child is a failure. The caller must have no other
/// threads.
void run_workers(std::size_t count, const WorkerOptions& options,
                 const std::function<std::string(std::size_t)>& work,
                 const std::function<void(std::size_t, const WorkerResult&)>& done);

} // namespace forkproof::proofs::mutants
