// kernel/lib/ holds the few things that every other folder stands on and that know nothing of tasks or
// hardware: integer types, results, intrusive lists, strings, formatted printing.
#pragma once
#include "invariants/errno.hpp"
#include <cstddef>
#include <cstdint>

namespace forkproof {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

/// A physical address, distinct from the virtual ones that C++ pointers hold.
enum class PhysAddr : u32 {};
constexpr u32 raw(PhysAddr a) { return static_cast<u32>(a); }

/// An address of ring 3. Only kernel/mm/uaccess reads or writes through one.
using UserAddr = u32;

inline constexpr u32 PAGE_SIZE = 4096;
inline constexpr u32 PAGE_SHIFT = 12;
constexpr u32 page_down(u32 a) { return a & ~(PAGE_SIZE - 1); }
constexpr u32 page_up(u32 a) { return (a + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1); }

/// Kernel virtual addresses start here; everything below belongs to ring 3 (linux-2.6.33 PAGE_OFFSET).
inline constexpr u32 PAGE_OFFSET = 0xC0000000;

/// What a system call returns: a value, or a negative error number.
constexpr i32 negative(Errno e) { return -static_cast<i32>(e); }

/// A value or the reason why there is none. T is trivially copyable and has a default value.
template <class T>
class [[nodiscard]] Result {
  public:
    constexpr Result(T value) : value_(value) {}
    constexpr Result(Errno error) : error_(error) {}
    [[nodiscard]] constexpr bool ok() const { return error_ == Errno::OK; }
    [[nodiscard]] constexpr Errno error() const { return error_; }
    [[nodiscard]] constexpr T value() const { return value_; }

  private:
    T value_{};
    Errno error_ = Errno::OK;
};

} // namespace forkproof
