; The processor of Bochs, asked what privileged instructions do: booted by the project's own boot loader in the
; kernel's place, with a table of cases (tests/native/privileged.hpp) in the initrd's. Executes each case's
; instruction, writes what it left into the table, and stops at a magic breakpoint.

%include "boot/layout.inc"
%include "boot/structures.inc"

DIRECTORY      equ KERNEL_BASE + PAGE_DIRECTORY

; As tests/native/processor.hpp has them.
CODE_AT        equ 0x10000000
TAKEN_AT       equ CODE_AT + 0x40
RING_3_AT      equ CODE_AT + 0x800      ; a row of int 0x80
RING_3_INTS    equ 256
WINDOW_AT      equ 0x20000600
WINDOW_BYTES   equ 1024

struc Header
    .magic   resd 1
    .count   resd 1
    .pattern resb WINDOW_BYTES          ; what the window holds outside of a case's chunk
endstruc

CHUNK_BYTES    equ 64
CODE_BYTES     equ 16

struc Case
    .registers resd 8                   ; eax, ecx, edx, ebx, esp, ebp, esi, edi
    .flags     resd 1
    .selectors resd 6                   ; es, cs, ss, ds, fs, gs
    .ip        resd 1                   ; out: 0 is the next instruction
    .vector    resd 1                   ; out: 1 more than that of an exception, or 0
    .spilled   resd 1                   ; out: whether the window has changed outside the chunk
    .chunk_at  resd 1
    .code_size resd 1
    .code      resb CODE_BYTES
    .chunk     resb CHUNK_BYTES
endstruc
STATE_WORDS    equ Case.spilled / 4

KERNEL_CS      equ 0x08                 ; as the kernel has them (kernel/arch/traps.hpp)
KERNEL_DS      equ 0x10
TSS_SELECTOR   equ 0x28
OPCODE_OF_JMP  equ 0xe9
LARGE_USER_PAGE equ 0x87                ; 4 MB, present, writable, for ring 3
CODE_LIES_AT   equ 0xc00000             ; physical
WINDOW_LIES_AT equ 0x800000

        bits    32
        org     KERNEL_BASE + MEGABYTE

; An ELF file by hand: one segment, which is the whole file.
elf:    db      0x7f, "ELF", 1, 1, 1
        times   9 db 0
        dw      2, 3                    ; an i386 executable
        dd      1, start, program_header - elf, 0, 0
        dw      52, 32, 1, 0, 0, 0
program_header:
        dd      1, 0, elf, elf - KERNEL_BASE, end - elf, 0x10000, 7, 0x1000

start:  cld
        mov     esp, stack_top
        mov     esi, [KERNEL_BASE + BOOT_INFO + BootInfo.initrd_start]
        add     esi, KERNEL_BASE
        mov     [table], esi
        call    map_pages
        call    load_tables
        call    put_landings
        mov     al, 0xff                ; no interrupts from the machine
        out     0x21, al
        out     0xa1, al
        mov     eax, cr0
        mov     [first_cr0], eax
        mov     eax, cr4
        mov     [first_cr4], eax

        mov     esi, [table]
        mov     ecx, [esi + Header.count]
        lea     ebx, [esi + Header_size]
.next:  push    ecx
        push    ebx
        mov     ebp, ebx
        call    prepare
        call    execute
        call    put_back
        pop     ebx
        pop     ecx
        add     ebx, Case_size
        dec     ecx
        jnz     .next
        xchg    bx, bx                  ; the debugger takes over, and writes the table into a file
        cli
        hlt

; ---- Once -----------------------------------------------------------------------------------------------------------

map_pages:
        mov     dword [DIRECTORY + (CODE_AT >> 22) * 4], CODE_LIES_AT | LARGE_USER_PAGE
        mov     dword [DIRECTORY + (WINDOW_AT >> 22) * 4], WINDOW_LIES_AT | LARGE_USER_PAGE
        mov     eax, cr3
        mov     [first_cr3], eax
        mov     cr3, eax
        ret

load_tables:
        mov     eax, tss
        mov     [gdt.tss + 2], ax
        shr     eax, 16
        mov     [gdt.tss + 4], al
        mov     [gdt.tss + 7], ah
        lgdt    [gdt_register]
        jmp     KERNEL_CS:.loaded
.loaded: mov    eax, KERNEL_DS
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     eax, TSS_SELECTOR
        ltr     ax
; Interrupt gates that ring 3 may use too; stubs are all of one size.
        mov     edi, idt
        mov     eax, stubs
        mov     ecx, 256
.gate:  mov     edx, eax
        mov     [edi], dx
        mov     word [edi + 2], KERNEL_CS
        mov     word [edi + 4], 0xee00
        shr     edx, 16
        mov     [edi + 6], dx
        add     edi, 8
        add     eax, STUB_BYTES
        loop    .gate
        lidt    [idt_register]
        ret

put_landings:
        mov     byte [TAKEN_AT], OPCODE_OF_JMP
        mov     dword [TAKEN_AT + 1], arrive_taken - (TAKEN_AT + 5)
        mov     edi, RING_3_AT
        mov     ecx, RING_3_INTS
        mov     ax, 0x80cd              ; int 0x80
        rep     stosw
        ret

; ---- For each case, at EBP -------------------------------------------------------------------------------------------

prepare:
        mov     esi, [table]
        add     esi, Header.pattern
        mov     edi, WINDOW_AT
        mov     ecx, WINDOW_BYTES / 4
        rep     movsd
        lea     esi, [ebp + Case.chunk]
        mov     edi, [ebp + Case.chunk_at]
        mov     ecx, CHUNK_BYTES / 4
        rep     movsd
        lea     esi, [ebp + Case.code]
        mov     edi, CODE_AT
        mov     ecx, CODE_BYTES
        rep     movsb
        mov     edi, [ebp + Case.code_size]
        add     edi, CODE_AT
        mov     byte [edi], OPCODE_OF_JMP         ; and from there on
        mov     eax, arrive_next - 5
        sub     eax, edi
        mov     [edi + 1], eax
        mov     esi, ebp
        mov     edi, now
        mov     ecx, STATE_WORDS
        rep     movsd
        mov     dword [now + Case.vector], 0
        ret

; Segments may be anything in between, but ss is flat, and the stack comes last.
execute:
        mov     [own_esp], esp
        push    dword [now + Case.flags]
        mov     es, [now + Case.selectors]
        mov     fs, [now + Case.selectors + 16]
        mov     gs, [now + Case.selectors + 20]
        mov     ds, [now + Case.selectors + 12]
        popfd
        mov     eax, [ss:now + Case.registers]
        mov     ecx, [ss:now + Case.registers + 4]
        mov     edx, [ss:now + Case.registers + 8]
        mov     ebx, [ss:now + Case.registers + 12]
        mov     ebp, [ss:now + Case.registers + 20]
        mov     esi, [ss:now + Case.registers + 24]
        mov     edi, [ss:now + Case.registers + 28]
        mov     esp, [ss:now + Case.registers + 16]
        jmp     CODE_AT

arrive_next:
        mov     dword [ss:now + Case.ip], 0
        jmp     arrive
arrive_taken:
        mov     dword [ss:now + Case.ip], TAKEN_AT
arrive: mov     [ss:now + Case.registers + 16], esp
        mov     esp, [ss:own_esp]
        pushfd
        pop     dword [ss:now + Case.flags]
        mov     [ss:now + Case.selectors + 4], cs
        mov     [ss:now + Case.selectors + 8], ss
        call    save_the_rest
        ret                             ; of execute

; int 0x80 in ring 3: what has been interrupted stands on the stack, and begins with the address after the int.
arrive_in_ring_3:
        call    save_the_rest
        mov     eax, [esp]
        sub     eax, 2
        mov     [now + Case.ip], eax
        mov     eax, [esp + 4]
        mov     [now + Case.selectors + 4], eax
        mov     eax, [esp + 8]
        mov     [now + Case.flags], eax
        mov     eax, [esp + 12]
        mov     [now + Case.registers + 16], eax
        mov     eax, [esp + 16]
        mov     [now + Case.selectors + 8], eax
        mov     esp, [own_esp]
        ret                             ; of execute

; An exception, or an interrupt that nobody expects: its number is noted.
arrive_by_fault:
        call    save_the_rest
        mov     esp, [own_esp]
        ret                             ; of execute

; General registers but esp, and data segments; then everything as C would want it.
save_the_rest:
        mov     [ss:now + Case.registers], eax
        mov     [ss:now + Case.registers + 4], ecx
        mov     [ss:now + Case.registers + 8], edx
        mov     [ss:now + Case.registers + 12], ebx
        mov     [ss:now + Case.registers + 20], ebp
        mov     [ss:now + Case.registers + 24], esi
        mov     [ss:now + Case.registers + 28], edi
        mov     [ss:now + Case.selectors], es
        mov     [ss:now + Case.selectors + 12], ds
        mov     [ss:now + Case.selectors + 16], fs
        mov     [ss:now + Case.selectors + 20], gs
        cli
        cld
        mov     eax, KERNEL_DS
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     eax, [first_cr0]
        mov     cr0, eax
        mov     eax, [first_cr4]
        mov     cr4, eax
        mov     eax, [first_cr3]
        mov     cr3, eax
        ret

put_back:
        mov     ebp, [esp + 4]
        mov     esi, now
        mov     edi, ebp
        mov     ecx, STATE_WORDS
        rep     movsd
        mov     esi, [ebp + Case.chunk_at]
        lea     edi, [ebp + Case.chunk]
        mov     ecx, CHUNK_BYTES / 4
        rep     movsd
        mov     edi, [ebp + Case.chunk_at]
        mov     esi, [table]
        lea     esi, [esi + edi - WINDOW_AT + Header.pattern]
        mov     ecx, CHUNK_BYTES / 4
        rep     movsd
        mov     esi, [table]
        add     esi, Header.pattern
        mov     edi, WINDOW_AT
        mov     ecx, WINDOW_BYTES / 4
        repe    cmpsd
        setne   al
        movzx   eax, al
        mov     [ebp + Case.spilled], eax
        ret

        align   16
STUB_BYTES equ 16
stubs:
%assign vector 0
%rep 256
        align   STUB_BYTES
    %if vector == 0x80
        jmp     arrive_in_ring_3
    %else
        mov     dword [ss:now + Case.vector], vector + 1
        jmp     near arrive_by_fault
    %endif
    %assign vector vector + 1
%endrep
        align   STUB_BYTES

; ---- Tables ---------------------------------------------------------------------------------------------------------

%macro flat 1                           ; kind
        dw      0xffff, 0
        db      0, %1, 0xcf, 0
%endmacro

        align   8
gdt:    dq      0
        flat    0x9a                    ; 0x08 the kernel's code
        flat    0x92                    ; 0x10 the kernel's data
        flat    0xfa                    ; 0x1b ring 3's code
        flat    0xf2                    ; 0x23 ring 3's data
.tss:   dw      103, 0                  ; 0x28
        db      0, 0x89, 0, 0
        flat    0xf2                    ; 0x33, 0x3b: more of ring 3's data
        flat    0xf2
        flat    0x92                    ; 0x40: more of the kernel's data
gdt_register:
        dw      $ - gdt - 1
        dd      gdt
idt_register:
        dw      256 * 8 - 1
        dd      idt

        align   4
tss:    dd      0, ring_0_stack_top, KERNEL_DS
        times   104 - 12 db 0

table:     dd   0
own_esp:   dd   0
first_cr0: dd   0
first_cr3: dd   0
first_cr4: dd   0
now:    times   Case_size db 0
        align   8
idt:    times   256 * 8 db 0
        times   1024 db 0
ring_0_stack_top:
        times   1024 db 0
stack_top:
end:
