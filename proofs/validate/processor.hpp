// The processor program (tests/native/processor.cpp), which executes instructions for us.
#pragma once
#include "proofs/validate/site.hpp"
#include <stdexcept>
#include <string>

namespace forkproof::proofs {

/// It cannot be started, or has died. One line.
struct NoProcessor : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Processor {
  public:
    explicit Processor(const std::string& program);
    ~Processor();
    Processor(const Processor&) = delete;
    Processor& operator=(const Processor&) = delete;

    /// Room for the inputs of one batch. run() executes the first `count` of them and puts the outcomes
    /// there.
    [[nodiscard]] Case* cases() { return batch_->cases; }
    void run(const Site& site, std::uint32_t count);
    /// Of es, cs, ss, ds, fs, gs there.
    [[nodiscard]] std::span<const std::uint16_t, 6> selectors() const { return std::span(batch_->selectors); }

  private:
    native::Batch* batch_ = nullptr;
    int to_ = -1, from_ = -1;
    int child_ = -1;
};

} // namespace forkproof::proofs
