// What belongs to the whole machine, or to a namespace of it.
#pragma once
#include "abi.hpp"
#include "syscall.hpp"

namespace user {

inline int uname(Utsname& name) { return call(Number::uname, &name); }
inline int sethostname(const char* name, std::size_t bytes) { return call(Number::sethostname, name, bytes); }
inline int sysinfo(Sysinfo& info) { return call(Number::sysinfo, &info); }

/// Ends the machine, or returns an error. `status` is what the kernel tells the world.
inline int power_off(int status) {
    return call(Number::reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF, status);
}

/// The processor's time-stamp counter, low word; in Bochs one tick is one instruction.
inline std::uint32_t ticks() {
    std::uint32_t low, high;
    asm volatile("rdtsc" : "=a"(low), "=d"(high));
    return low;
}

} // namespace user
