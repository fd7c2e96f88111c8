// The processor itself, asked what an instruction does. Started by proofs/validate with the number of a file
// descriptor whose memory holds a Batch: for each byte on standard input it executes the batch's instruction
// on each case, and answers with a byte on standard output.
#include "tests/native/processor.hpp"
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

using namespace forkproof::native;

namespace {

constexpr std::uint8_t AROUND_THE_WINDOW = 0xa5;
constexpr std::uint8_t JMP = 0xe9;
constexpr std::size_t JMP_BYTES = 5;

} // namespace

// What the assembler below sees.
extern "C" {
struct {
    std::uint32_t registers[8];
    std::uint32_t eflags;
    Arrived arrived;
} now;
std::uint32_t own_esp;
std::uint32_t code_at = CODE_AT;
volatile std::uint32_t fault_signal;

/// Loads all registers from `now`, goes to the instruction, and comes back with all registers in `now`.
void run();
extern const char arrive_next[], arrive_taken[], arrive_fault[];
}
static_assert(offsetof(decltype(now), eflags) == 32 && offsetof(decltype(now), arrived) == 36);

asm(R"(
run:
        pushal
        movl    %esp, own_esp
        pushl   now + 32
        popfl                           # mov changes no flags
        movl    now, %eax
        movl    now + 4, %ecx
        movl    now + 8, %edx
        movl    now + 12, %ebx
        movl    now + 16, %esp
        movl    now + 20, %ebp
        movl    now + 24, %esi
        movl    now + 28, %edi
        jmp     *code_at
arrive_next:
        movl    $1, now + 36
        jmp     1f
arrive_taken:
        movl    $2, now + 36
        jmp     1f
arrive_fault:
        movl    $3, now + 36
1:      movl    %eax, now
        movl    %ecx, now + 4
        movl    %edx, now + 8
        movl    %ebx, now + 12
        movl    %esp, now + 16
        movl    %ebp, now + 20
        movl    %esi, now + 24
        movl    %edi, now + 28
        movl    own_esp, %esp
        pushfl
        popl    now + 32
        cld
        fninit                          # an fxrstor may have left anything
        popal
        ret
)");

namespace {

[[noreturn]] void die(const char* why) {
    (void)!write(2, why, std::strlen(why));
    std::_Exit(2);
}

void on_signal(int number, siginfo_t*, void* context) {
    fault_signal = static_cast<std::uint32_t>(number);
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EIP] =
        static_cast<greg_t>(reinterpret_cast<std::uintptr_t>(arrive_fault));
}

void catch_signals() {
    static char stack[65536];
    stack_t alternate{};
    alternate.ss_sp = stack;
    alternate.ss_size = sizeof stack;
    if (sigaltstack(&alternate, nullptr) != 0) die("processor: no stack for signals\n");
    struct sigaction action {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    for (const int number : {SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGBUS}) sigaction(number, &action, nullptr);
}

void* map(std::uint32_t at, int protection) {
    void* const wanted = reinterpret_cast<void*>(at);
    void* const found =
        mmap(wanted, PAGE_BYTES, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (found != wanted) die("processor: a page of its own is not to be had\n");
    return found;
}

void put_jump(std::uint8_t* at, const char* to) {
    const auto distance =
        reinterpret_cast<std::uintptr_t>(to) - (reinterpret_cast<std::uintptr_t>(at) + JMP_BYTES);
    *at = JMP;
    std::memcpy(at + 1, &distance, sizeof distance);
}

void put_code(std::uint8_t* page, const Batch& batch) {
    std::memcpy(page, batch.code, batch.code_bytes);
    put_jump(page + batch.code_bytes, arrive_next);
    put_jump(page + (TAKEN_AT - CODE_AT), arrive_taken);
}

bool all_as_before(const std::uint8_t* from, const std::uint8_t* to) {
    std::uint8_t difference = 0;
    for (; from < to; from++) difference |= *from ^ AROUND_THE_WINDOW;
    return difference == 0;
}

void execute(Case& c, std::uint8_t* page) {
    std::uint8_t* const window = page + (WINDOW_AT - DATA_AT);
    std::memcpy(window, c.window, WINDOW_BYTES);
    std::memcpy(now.registers, c.registers, sizeof now.registers);
    now.eflags = c.eflags;
    fault_signal = 0;
    run();
    std::memcpy(c.registers, now.registers, sizeof now.registers);
    c.eflags = now.eflags;
    c.arrived = now.arrived;
    c.signal = fault_signal;
    std::memcpy(c.window, window, WINDOW_BYTES);
    c.spilled = !all_as_before(page, window) || !all_as_before(window + WINDOW_BYTES, page + PAGE_BYTES);
    if (c.spilled) std::memset(page, AROUND_THE_WINDOW, PAGE_BYTES);
}

void note_selectors(Batch& batch) {
    asm("mov %%es, %0\n\tmov %%cs, %1\n\tmov %%ss, %2\n\tmov %%ds, %3\n\tmov %%fs, %4\n\tmov %%gs, %5"
        : "=m"(batch.selectors[0]), "=m"(batch.selectors[1]), "=m"(batch.selectors[2]),
          "=m"(batch.selectors[3]), "=m"(batch.selectors[4]), "=m"(batch.selectors[5]));
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) die("processor: started by proofs/validate only, with a file descriptor\n");
    void* const shared =
        mmap(nullptr, sizeof(Batch), PROT_READ | PROT_WRITE, MAP_SHARED, std::atoi(argv[1]), 0);
    if (shared == MAP_FAILED) die("processor: the batch cannot be mapped\n");
    auto& batch = *static_cast<Batch*>(shared);
    auto* const code = static_cast<std::uint8_t*>(map(CODE_AT, PROT_READ | PROT_WRITE | PROT_EXEC));
    auto* const data = static_cast<std::uint8_t*>(map(DATA_AT, PROT_READ | PROT_WRITE));
    std::memset(data, AROUND_THE_WINDOW, PAGE_BYTES);
    catch_signals();
    note_selectors(batch);
    char byte = 0;
    while (read(0, &byte, 1) == 1) {
        put_code(code, batch);
        for (std::uint32_t n = 0; n < batch.count; n++) execute(batch.cases[n], data);
        if (write(1, &byte, 1) != 1) return 1;
    }
    return 0;
}
