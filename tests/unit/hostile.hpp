// Inputs for parsers that must not be trusted: bytes that end right before an unmapped page, so that reading
// one byte too far ends the test with SIGSEGV, and ways to spoil them.
// Include the host's headers first: the kernel declares memcpy and its like too, without the host's noexcept.
#pragma once
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/mman.h>

#include "kernel/lib/string.hpp"

namespace forkproof::tests {

inline std::string str(Text text) { return {text.data, text.size}; }

/// A copy of some bytes that ends at the end of readable memory.
class GuardedBytes {
  public:
    explicit GuardedBytes(std::string_view bytes)
        : pages_((bytes.size() + HOST_PAGE - 1) / HOST_PAGE + 1), size_(bytes.size()) {
        void* memory =
            mmap(nullptr, pages_ * HOST_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::runtime_error("mmap failed");
        base_ = static_cast<char*>(memory);
        char* guard = base_ + (pages_ - 1) * HOST_PAGE;
        data_ = guard - size_;
        if (size_ != 0) std::memcpy(data_, bytes.data(), size_);
        mprotect(guard, HOST_PAGE, PROT_NONE);
    }
    ~GuardedBytes() { munmap(base_, pages_ * HOST_PAGE); }
    GuardedBytes(const GuardedBytes&) = delete;
    GuardedBytes& operator=(const GuardedBytes&) = delete;

    [[nodiscard]] Text text() const { return {data_, size_}; }
    [[nodiscard]] Text text(std::size_t last_bytes) const { return {data_ + size_ - last_bytes, last_bytes}; }

  private:
    static constexpr std::size_t HOST_PAGE = 4096;
    std::size_t pages_, size_;
    char* base_ = nullptr;
    char* data_ = nullptr;
};

/// Calls parse(bytes) for every prefix of `good`, each ending at unreadable memory.
template <class Parse>
void each_prefix(const std::string& good, Parse parse) {
    for (std::size_t size = 0; size < good.size(); size++)
        parse(GuardedBytes(good.substr(0, size)).text(), size);
}

/// Calls parse(bytes, what) for `good` with one byte changed, each byte within `first` bytes to a few values.
template <class Parse>
void each_changed_byte(const std::string& good, std::size_t first, Parse parse) {
    for (std::size_t at = 0; at < std::min(first, good.size()); at++)
        for (const char value : {'\0', '\x01', '\x7f', '\x80', '\xff', static_cast<char>(good[at] ^ 1)}) {
            std::string bad = good;
            bad[at] = value;
            parse(GuardedBytes(bad).text(), at);
        }
}

/// Calls parse(bytes) for `rounds` copies of `good` with up to eight bytes changed at random, the same in
/// every run.
template <class Parse>
void random_changes(const std::string& good, std::size_t within, unsigned rounds, Parse parse) {
    std::mt19937 random(2633);
    for (unsigned round = 0; round < rounds; round++) {
        std::string bad = good;
        for (unsigned changes = 1 + random() % 8; changes > 0; changes--)
            bad[random() % std::min(within, bad.size())] = static_cast<char>(random());
        parse(GuardedBytes(bad).text());
    }
}

} // namespace forkproof::tests
