; The kernel's first instructions.
;
; The boot loader has switched to 32-bit protected mode with flat segments and paging on, so that this code
; already stands where it was linked, above 0xC0000000. Interrupts are off and there is no stack yet that is
; ours. EAX holds the loader's magic number, EBX the physical address of what it found out (BootInfo).

%include "kernel/arch/layout.inc"

DEBUG_PORT    equ 0xe9                  ; Bochs passes it on to its standard output
SHUTDOWN_PORT equ 0x8900                ; Bochs ends when it reads "Shutdown" here

extern kernel_main

section .text.start progbits alloc exec nowrite align=16

global kernel_entry:function (kernel_entry.end - kernel_entry)
kernel_entry:
        cld                             ; C++ takes it for granted that strings go upwards
        mov     esp, boot_stack_top
        mov     dword [boot_stack_canary], BOOT_STACK_CANARY
        xor     ebp, ebp                ; the chain of stack frames ends here
        cmp     eax, BOOT_MAGIC
        jne     .stranger
        add     ebx, PAGE_OFFSET
        sub     esp, 12                 ; with the argument 16 bytes: the alignment that the C++ ABI expects
        push    ebx
        call    kernel_main             ; never returns

; Somebody else has loaded us, so nothing that EBX points to can be believed.
.stranger:
        mov     esi, complaint
        mov     ecx, complaint_size
        mov     edx, DEBUG_PORT
        rep     outsb
        mov     esi, shutdown_word
        mov     ecx, shutdown_word_size
        mov     edx, SHUTDOWN_PORT
        rep     outsb
        cli
.sleep: hlt
        jmp     .sleep
.end:

section .rodata
complaint:      db "boot: the kernel was entered without the boot loader's magic number in eax: "
                db "boot the disk image that `make` builds", 13, 10
complaint_size  equ $ - complaint
shutdown_word:  db "Shutdown"
shutdown_word_size equ $ - shutdown_word

; The stack of the boot and, after it, of the idle task. It has no guard page, as it lies in the kernel's own
; 4 MB page; a canary at its end is looked at instead, whenever an interrupt finds the idle task running.
section .bss align=16
global boot_stack_canary, boot_stack_top
boot_stack_canary:
        resb    BOOT_STACK_SIZE
boot_stack_top:

; Says that nothing here executes its stack: ld warns where this section is missing.
section .note.GNU-stack noalloc noexec nowrite progbits
