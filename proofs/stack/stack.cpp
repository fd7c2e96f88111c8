#include "proofs/stack/stack.hpp"
#include "proofs/image/elf.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs {

using stack::StackBound;

namespace {

std::vector<std::string> tables() {
    std::vector<std::string> names;
    for (const auto& row : stack::kernel_rows())
        if (row.by == stack::Pointed::By::column) names.insert(names.end(), row.what.begin(), row.what.end());
    return names;
}

} // namespace

StackAnalysis::StackAnalysis(const Image& image)
    : code_(stack::code_of(image, tables())), reader_(code_), pointers_(reader_, stack::kernel_rows()),
      kernel_(reader_, pointers_, stack::kernel_beliefs()) {}

StackBound StackAnalysis::bound(const std::string& function, bool panics) {
    return kernel_.bound(code_.entry(function), panics);
}

StackBound StackAnalysis::call_bound(const std::string& call, bool panics, const std::string& gate) {
    pointers_.choose("do_syscall", code_.entry("sys_" + call));
    kernel_.forget();
    return bound(gate, panics);
}

StackBound StackAnalysis::worst(const std::string& pattern) {
    StackBound worst;
    for (const auto& [entry, function] : code_.functions()) {
        if (!stack::fits(function.name, pattern)) continue;
        const StackBound one = kernel_.bound(entry);
        if (one.bytes > worst.bytes) worst = one;
    }
    if (worst.path.empty()) throw stack::Stopped(fmt::format("the image has no function '{}'", pattern));
    return worst;
}

std::vector<std::string> StackAnalysis::assumptions() const {
    std::vector<std::string> lines = pointers_.assumptions(kernel_.names());
    const std::vector<std::string> believed = kernel_.believed();
    lines.insert(lines.end(), believed.begin(), believed.end());
    return lines;
}

std::vector<std::string> StackAnalysis::gaps() const { return pointers_.gaps(stack::kernel_entries()); }

std::vector<std::string> StackAnalysis::interrupts_enabled(const std::string& function) {
    return kernel_.interrupts_enabled(code_.entry(function));
}

unsigned StackAnalysis::functions_read() const { return static_cast<unsigned>(kernel_.names().size()); }

StackBound bound_of(const Image& image, const std::string& entry) {
    return StackAnalysis(image).bound(entry);
}

std::string path_text(const StackBound& bound) {
    std::vector<std::string> parts;
    for (const auto& part : bound.path) parts.push_back(fmt::format("{} {}", part.function, part.bytes));
    return fmt::format("{}", fmt::join(parts, ", "));
}

} // namespace forkproof::proofs
