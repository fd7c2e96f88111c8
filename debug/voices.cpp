#include "debug/voices.hpp"

namespace forkproof::runner {

void Voices::kernel(std::string_view text) {
    kernel_ += text;
    show(text, true);
}

void Voices::program(std::string_view text) {
    program_ += text;
    show(text, false);
}

// A change of voice begins a new line: a program that ends without one does not swallow the kernel's.
void Voices::show(std::string_view text, bool by_kernel) {
    if (text.empty()) return;
    const std::size_t before = transcript_.size();
    if (by_kernel != last_was_kernel_ && !transcript_.empty() && transcript_.back() != '\n')
        transcript_ += '\n';
    transcript_ += text;
    last_was_kernel_ = by_kernel;
    std::fwrite(transcript_.data() + before, 1, transcript_.size() - before, stdout);
}

std::vector<std::string> Voices::kernel_lines() const {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < kernel_.size();) {
        const std::size_t end = std::min(kernel_.find('\n', begin), kernel_.size());
        lines.push_back(kernel_.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

} // namespace forkproof::runner
