// The door to ring 3's memory. Every function checks the address against the caller's mappings, faults pages
// in as the program's own access would, and answers EFAULT (or ENOMEM where memory is out) instead of
// trapping.
#pragma once
#include "kernel/lib/string.hpp"
#include "kernel/lib/types.hpp"

namespace forkproof {

[[nodiscard]] Errno copy_from_user(void* to, UserAddr from, u32 size);
[[nodiscard]] Errno copy_to_user(UserAddr to, const void* from, u32 size);
/// Copies a NUL-terminated string of at most size-1 characters; ENAMETOOLONG if it is longer. Returns its
/// length.
Result<u32> copy_string_from_user(char* to, UserAddr from, u32 size);

template <class T>
[[nodiscard]] Errno get_user(T& to, UserAddr from) {
    return copy_from_user(&to, from, sizeof(T));
}
template <class T>
[[nodiscard]] Errno put_user(const T& value, UserAddr to) {
    return copy_to_user(to, &value, sizeof(T));
}

} // namespace forkproof
