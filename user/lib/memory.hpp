// The address space.
#pragma once
#include "abi.hpp"
#include "syscall.hpp"

namespace user {

/// The break as an address; 0 asks where it is.
inline std::uint32_t brk(std::uint32_t wanted) {
    return static_cast<std::uint32_t>(call(Number::brk, wanted));
}

/// Private anonymous memory wherever there is room: the address, or a negative error number (see `failed`).
inline int mmap_anonymous(std::size_t bytes, int protection) {
    return user_call6(Number::mmap2, 0, bytes, static_cast<std::uint32_t>(protection),
                      MAP_PRIVATE | MAP_ANONYMOUS, ~0U, 0);
}
inline int munmap(void* start, std::size_t bytes) { return call(Number::munmap, start, bytes); }
inline int mprotect(void* start, std::size_t bytes, int protection) {
    return call(Number::mprotect, start, bytes, protection);
}
inline int set_thread_area(UserDesc& entry) { return call(Number::set_thread_area, &entry); }

} // namespace user
