// What C++ cannot say: where a program begins, a sixth argument in ebp, vfork, and a task that starts on a
// new stack.
#include "process.hpp"
#include "syscall.hpp"

// The kernel enters with esp at argc, above it argv[0..], a null, envp[0..], a null, and the auxiliary
// vector. ebp is cleared so that a backtrace ends here; the stack is aligned to 16 at the call, as the i386
// ABI wants it.
asm(R"(
    .globl _start
_start:
    xor  %ebp, %ebp
    mov  (%esp), %eax            # argc
    lea  4(%esp), %ecx           # argv
    lea  4(%ecx,%eax,4), %edx    # envp: behind argv's null
    and  $-16, %esp
    sub  $4, %esp
    push %edx
    push %ecx
    push %eax
    call main
    push %eax
    call user_leave
)");

asm(R"(
    .globl user_call6
user_call6:
    push %ebp
    push %ebx
    push %esi
    push %edi
    mov  20(%esp), %eax
    mov  24(%esp), %ebx
    mov  28(%esp), %ecx
    mov  32(%esp), %edx
    mov  36(%esp), %esi
    mov  40(%esp), %edi
    mov  44(%esp), %ebp
    int  $0x80
    pop  %edi
    pop  %esi
    pop  %ebx
    pop  %ebp
    ret
)");

// After vfork the child runs first, on its parent's stack: when it returns from here and calls anything else,
// it overwrites the place where the return address was. So the address waits in ecx, which the kernel gives
// back to both, and each pushes it again for itself. An error means that there is no child, and calls are
// safe.
asm(R"(
    .globl user_vfork
user_vfork:
    pop  %ecx
    mov  $190, %eax
    int  $0x80
    push %ecx
    cmp  $-4095, %eax
    jae  1f
    ret
1:  sub  $4, %esp                # aligned to 16 at the call
    push %eax
    push %eax
    call user_once_more
    test %al, %al
    pop  %eax                    # the argument is the callee's, the copy above it ours
    pop  %eax
    lea  4(%esp), %esp
    jz   2f
    pop  %ecx
    mov  $190, %eax
    int  $0x80
    push %ecx
2:  ret
)");

// user_clone_on(flags, stack_top, function, argument, ptid, tls, ctid): the function and its argument are
// laid on the new stack, because that is all that the new task can reach; it calls the one with the other and
// exits with what it returns. `exit`, not `exit_group`: only this task ends.
asm(R"(
    .globl user_clone_on
user_clone_on:
    push %ebp
    push %ebx
    push %esi
    push %edi
    mov  20(%esp), %ebx          # flags
    mov  24(%esp), %ecx          # the top of the new stack
    and  $-16, %ecx
    sub  $20, %ecx
    mov  28(%esp), %eax
    mov  %eax, (%ecx)            # function
    mov  32(%esp), %eax
    mov  %eax, 4(%ecx)           # argument
    mov  36(%esp), %edx          # ptid
    mov  40(%esp), %esi          # tls
    mov  44(%esp), %edi          # ctid
    mov  $120, %eax
    int  $0x80
    test %eax, %eax
    jz   1f
    pop  %edi
    pop  %esi
    pop  %ebx
    pop  %ebp
    ret
1:  xor  %ebp, %ebp
    pop  %eax
    call *%eax
    mov  %eax, %ebx
    mov  $1, %eax
    int  $0x80
)");

// Where a signal handler returns to: the frame that the kernel laid stands on the stack.
asm(R"(
    .globl user_sigreturn
user_sigreturn:
    mov  $173, %eax
    int  $0x80
)");
static_assert(static_cast<int>(user::Number::rt_sigreturn) == 173, "named by number above");

static_assert(static_cast<int>(user::Number::vfork) == 190 && static_cast<int>(user::Number::clone) == 120 &&
                  static_cast<int>(user::Number::exit) == 1,
              "the assembly above names these three by number");

extern "C" [[noreturn]] void user_leave(int status) { user::exit_group(status); }

namespace user {

bool (*once_more)(int answer) = nullptr;

extern "C" void user_sigreturn();

int sigaction(int signal, void (*handler)(int)) {
    constexpr std::uint32_t SA_SIGINFO = 4, SA_RESTORER = 0x04000000; // asm/signal.h
    constexpr int SIGSET_SIZE = 8;
    const struct {
        void (*handler)(int);
        std::uint32_t flags;
        void (*restorer)();
        std::uint32_t mask[2];
    } action{handler, SA_SIGINFO | SA_RESTORER, user_sigreturn, {}};
    return call(Number::rt_sigaction, signal, &action, nullptr, SIGSET_SIZE);
}

extern "C" bool user_once_more(int answer) { return once_more != nullptr && once_more(answer); }

} // namespace user
