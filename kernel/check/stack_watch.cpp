#include "kernel/check/stack_watch.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/lib/print.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/syscalls/dispatch.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

constexpr u32 PAINT = 0x57ac5afe;
u32 most[NR_SYSCALLS]; ///< bytes from the stack's top, by the call's number

/// The end of a stack that grows down, in words: who is in which call, then paint.
struct Bottom {
    u32 number; ///< of the call under way
    u64 serial; ///< of the task that is in it; 0: none
    u32 paint[1];
};
Bottom& bottom_of(const Task& t) {
    return *reinterpret_cast<Bottom*>(static_cast<std::uintptr_t>(t.stack - THREAD_SIZE));
}

[[gnu::noinline]] void begin(const Task& t, u32 number) {
    std::uintptr_t esp;
    asm volatile("movl %%esp, %k0" : "=r"(esp));
    Bottom& bottom = bottom_of(t);
    bottom.number = number;
    bottom.serial = t.serial;
    for (u32* word = bottom.paint; word < reinterpret_cast<u32*>(esp); word++) *word = PAINT;
}

void end(const Task& t) {
    Bottom& bottom = bottom_of(t);
    if (bottom.serial != t.serial || bottom.number >= NR_SYSCALLS) return;
    bottom.serial = 0;
    const u32* word = bottom.paint;
    while (*word == PAINT) word++;
    const u32 used = t.stack - static_cast<u32>(reinterpret_cast<std::uintptr_t>(word));
    if (used > most[bottom.number]) most[bottom.number] = used;
}

// clang-format off
/// By Linux's numbers for i386 (asm/unistd_32.h).
constexpr struct {
    u32 number;
    const char* name;
} process_calls[] = {{2, "fork"}, {190, "vfork"}, {120, "clone"}, {1, "exit"}, {252, "exit_group"},
                     {114, "wait4"}, {7, "waitpid"}, {284, "waitid"}, {11, "execve"}};
// clang-format on

} // namespace

/// What has exited does not come back, but its stack stays until somebody has waited.
extern "C" void do_syscall_watched(PtRegs* regs) {
    for_each_task([](Task& t) {
        if (t.exit_state == EXIT_ZOMBIE) end(t);
    });
    begin(*current(), regs->ax);
    do_syscall(regs);
    end(*current());
}

void stack_watch_init() { watch_syscalls(); }

void print_stack_use() {
    u32 deepest = 0;
    for (u32 n = 0; n < NR_SYSCALLS; n++)
        if (most[n] > most[deepest]) deepest = n;
    if (most[deepest] == 0) return;
    print("kernel stack, most used of {} bytes:", THREAD_SIZE);
    for (const auto& call : process_calls)
        if (most[call.number]) print(" {} {}", call.name, most[call.number]);
    print("; of all calls {} ({})\n", most[deepest], deepest);
}

} // namespace forkproof
