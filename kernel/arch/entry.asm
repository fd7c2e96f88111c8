; The ways into the kernel and out of it.
;
; Every gate is an interrupt gate: the processor switches interrupts off, and they stay off until the return to
; ring 3, or until the idle task has nothing to do. From ring 3 the processor has also switched to the top of
; the task's kernel stack (TSS.esp0) and pushed ss, esp, eflags, cs and eip; the code below completes that to a
; struct PtRegs and calls a C++ function with its address.

%include "kernel/arch/layout.inc"

NOT_A_CALL    equ -1                    ; PtRegs.orig_ax outside a system call

extern do_trap, do_irq, do_syscall, do_syscall_watched, prepare_return_to_user
extern schedule_tail, kernel_thread_exit

section .text

; The registers below orig_ax and gs, which is what stands on the stack already; kernel data segments; eflags.DF
; as C++ wants it. Leaves eax, ecx, edx to be used.
%macro save_registers 0
        push    fs
        push    es
        push    ds
        push    eax
        push    ebp
        push    edi
        push    esi
        push    edx
        push    ecx
        push    ebx
        cld
        mov     edx, KERNEL_DS
        mov     ds, edx
        mov     es, edx
%endmacro

%macro restore_general_registers 0
        pop     ebx
        pop     ecx
        pop     edx
        pop     esi
        pop     edi
        pop     ebp
        pop     eax
%endmacro

; int 0x80. The backtrace of what the call does ends here, so ebp is zero.
%macro syscall_entry 2                  ; the label, what does the call
align 16
global %1:function (%1.end - %1)
%1:
        push    eax                     ; orig_ax: the call's number, which eax itself loses to the result
        push    gs
        save_registers
        xor     ebp, ebp
        push    esp
        call    %2
        add     esp, 4
        jmp     leave_to_user
.end:
%endmacro

syscall_entry entry_syscall, do_syscall

; A trap or an interrupt, from a stub at the end of this file. On the stack: the vector (or the IRQ) where gs
; belongs, above it the error code where orig_ax belongs. From ring 3 the backtrace ends here; from the kernel
; it goes on through the interrupted function's frame.
%macro enter_from_stub 1
        save_registers
        mov     edx, [esp + PtRegs.gs]
        mov     eax, gs
        mov     [esp + PtRegs.gs], eax
        mov     ecx, [esp + PtRegs.orig_ax]
        mov     dword [esp + PtRegs.orig_ax], NOT_A_CALL
        test    byte [esp + PtRegs.cs], 3
        jz      %1
        xor     ebp, ebp
%1:     mov     eax, esp
%endmacro

align 16
global entry_trap:function (entry_trap.end - entry_trap)
entry_trap:
        enter_from_stub .with_frame
        push    ecx
        push    edx
        push    eax
        call    do_trap
        add     esp, 12
        jmp     leave_kernel
.end:

align 16
global entry_irq:function (entry_irq.end - entry_irq)
entry_irq:
        enter_from_stub .with_frame
        push    edx
        push    eax
        call    do_irq
        add     esp, 8
        ; falls into leave_kernel
.end:

; esp: PtRegs. Back to where they came from; before ring 3 there may be a switch to another task or a signal.
global leave_kernel:function (restore_iret.end - leave_kernel)
leave_kernel:
        test    byte [esp + PtRegs.cs], 3
        jz      leave_to_kernel
leave_to_user:
        push    esp
        call    prepare_return_to_user
        add     esp, 4
        restore_general_registers
; Ring 3 may hold a selector whose descriptor has been taken away since it was loaded (set_thread_area), so each
; of these four and the iret can fault. do_trap knows them by their labels (kernel/arch/fixup.cpp).
global restore_ds, restore_es, restore_fs, restore_gs, restore_iret
restore_ds:
        pop     ds
restore_es:
        pop     es
restore_fs:
        pop     fs
restore_gs:
        pop     gs
        add     esp, 4                  ; orig_ax
restore_iret:
        iret
.end:

; fs and gs are ring 3's all the time, as the kernel uses neither; they may name a TLS entry of a task that is
; not running now, so they are not loaded again.
leave_to_kernel:
        restore_general_registers
        pop     ds
        pop     es
        add     esp, 12                 ; fs, gs, orig_ax
        iret

; [[noreturn]] void return_to_user(PtRegs*): leaves the kernel with these registers, which must stand on the
; current task's kernel stack; what was called since is forgotten.
align 16
global return_to_user:function (return_to_user.end - return_to_user)
return_to_user:
        mov     esp, [esp + 4]
        xor     ebp, ebp
        jmp     leave_to_user
.end:

; A new task's first steps: switch_context has jumped here, esp is its PtRegs.
align 16
global ret_from_fork:function (ret_from_fork.end - ret_from_fork)
ret_from_fork:
        xor     ebp, ebp
        call    schedule_tail
        jmp     leave_to_user
.end:

; A new kernel thread's first steps: its PtRegs hold a function in bx and its argument in dx.
align 16
global ret_from_kernel_thread:function (ret_from_kernel_thread.end - ret_from_kernel_thread)
ret_from_kernel_thread:
        xor     ebp, ebp
        call    schedule_tail
        mov     ebx, [esp + PtRegs.bx]
        push    dword [esp + PtRegs.dx]
        call    ebx
        push    eax
        call    kernel_thread_exit      ; never returns
.end:

; void switch_context(Thread* prev, Thread* next): only what C++ expects a function to keep is saved; the rest
; of the machine's state is in PtRegs, or the caller's business.
align 16
global switch_context:function (switch_context.end - switch_context)
switch_context:
        mov     eax, [esp + 4]
        mov     edx, [esp + 8]
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     [eax + Thread.sp], esp
        mov     dword [eax + Thread.ip], .resumed
        mov     esp, [edx + Thread.sp]
        jmp     [edx + Thread.ip]
.resumed:
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret
.end:

; int 0x80 where the kernel stack's use is measured (kernel/check/stack_watch.cpp).
syscall_entry entry_syscall_watched, do_syscall_watched

; Double faults come through a task gate (kernel/arch/double_fault.cpp): a fresh set of registers, the stack of
; its own TSS, and the error code, which is always 0, on it.
extern double_fault
align 16
global entry_double_fault:function (entry_double_fault.end - entry_double_fault)
entry_double_fault:
        xor     ebp, ebp
        call    double_fault            ; never returns
.end:

; One stub for each vector. The processor pushes an error code for some exceptions only (Intel SDM volume 3,
; section 6.3.1); the others push a zero here, so that every frame is the same.
%macro trap_stub 2                      ; vector, whether there is an error code
align 8
global trap_%1:function (trap_%1.end - trap_%1)
trap_%1:
%if %2 == 0
        push    dword 0
%endif
        push    dword %1
        jmp     entry_trap
.end:
%endmacro

%macro irq_stub 1
align 8
global irq_%1:function (irq_%1.end - irq_%1)
irq_%1:
        push    dword 0
        push    dword %1
        jmp     entry_irq
.end:
%endmacro

%assign vector 0
%rep 32
    %assign code 0
    %if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17
        %assign code 1
    %endif
    trap_stub vector, code
    %assign vector vector + 1
%endrep

%assign number 0
%rep 16
    irq_stub number
    %assign number number + 1
%endrep

; Their addresses, for the IDT.
section .rodata
align 4
global trap_stubs, irq_stubs
%macro address 2
        dd      %1%2
%endmacro
trap_stubs:
%assign vector 0
%rep 32
        address trap_, vector
    %assign vector vector + 1
%endrep
irq_stubs:
%assign number 0
%rep 16
        address irq_, number
    %assign number number + 1
%endrep

; Says that nothing here executes its stack: ld warns where this section is missing.
section .note.GNU-stack noalloc noexec nowrite progbits
