#include <cstring>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "kernel/lib/panic.hpp"
#include "tests/unit/host_machine.hpp"

namespace forkproof {

void panic_pieces(SourcePlace, Text format, const Printable* arguments, std::size_t count) {
    char text[256];
    format_buffer(text, sizeof text, format, arguments, count);
    throw tests::KernelPanic(text);
}

} // namespace forkproof

namespace forkproof::tests {

BootInfo pretended_boot_info() {
    BootInfo boot{};
    boot.magic = BOOT_MAGIC;
    boot.size = sizeof boot;
    const E820Entry map[] = {{0, 0x9fc00, E820_USABLE, 1},
                             {0x9fc00, 0x400, 2, 1},
                             {0xe8000, 0x18000, 2, 1},
                             {0x100000, MACHINE_BYTES - 0x100000 - 0x10000, E820_USABLE, 1},
                             {MACHINE_BYTES - 0x10000, 0x10000, 3, 1},
                             {0xfffc0000, 0x40000, 2, 1}};
    boot.e820_count = std::size(map);
    std::copy(std::begin(map), std::end(map), boot.e820);
    boot.kernel_start = 0x100000;
    boot.kernel_end = 0x120abc;
    boot.initrd_start = 0x121000;
    boot.initrd_end = IMAGE_END - 7;
    return boot;
}

void start_machine() {
    static const bool started = [] {
        void* wanted = to_virtual(PhysAddr{0});
        void* memory = mmap(wanted, MACHINE_BYTES, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (memory != wanted) throw std::runtime_error("the host has something at 0xc0000000");
        frames_init(pretended_boot_info(), 0);
        return true;
    }();
    (void)started;
}

} // namespace forkproof::tests
