#pragma once
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace forkproof::runner {

/// Collects what kernel and programs say, and shows it as it comes: both in order, on standard output.
class Voices {
  public:
    void kernel(std::string_view text);
    void program(std::string_view text);

    /// Passes standard output on. Called when there is nothing more to read just now.
    void flush() const { std::fflush(stdout); }

    /// The kernel's lines, an unfinished last one included.
    std::vector<std::string> kernel_lines() const;
    /// What programs wrote, byte for byte.
    const std::string& program_text() const { return program_; }
    /// What was shown.
    const std::string& transcript() const { return transcript_; }

  private:
    void show(std::string_view text, bool by_kernel);

    std::string kernel_, program_, transcript_;
    bool last_was_kernel_ = true;
};

} // namespace forkproof::runner
