; The boot sector: the first 512 bytes of the disk, and the first of ours to run.
;
; The BIOS has read us to 0x7c00 and jumped here. It promises three things only:
; the processor is in 16-bit real mode, DL is the number of the disk we came from,
; and the last two bytes of the sector were 55 AA. All other registers, the stack
; and even how our address is split into CS and IP are unknown.
;
; 510 bytes are too few for all that must be done before C++ can run. So the sector
; does one thing: it brings in the loader (boot/loader.asm), makes sure that every
; byte arrived, and jumps to it. Nothing about sizes is known here; the image's
; header says where the loader is and how long, and has a check sum of its own.

%include "boot/layout.inc"
%include "boot/image.inc"
%include "boot/say.inc"

        bits    16
        org     0x7c00

start:
; Take the time, before anything else: the whole boot is measured from here. rdtsc
; writes EDX, so the disk's number is first put aside.
        mov     bp, dx
        rdtsc

; Some BIOSes jump to 07c0:0000, others to 0000:7c00. It is the same place, but our
; addresses are offsets from 0: a far jump makes CS agree with them.
        jmp     0x0000:settle

; The data segments follow, and a stack that grows down from where we stand: there
; are 23 KB free below. `mov ss` holds interrupts back for one instruction, so that
; none comes between SS and SP.
settle:
        xor     cx, cx
        mov     ds, cx
        mov     ss, cx
        mov     sp, STACK_TOP
        cld
        sti
        push    edx                     ; the loader finds the time on the stack
        push    eax
        mov     dx, bp
        mov     [drive], dl

; Can this BIOS read sectors by number? AH=41h asks; a yes is BX turned round and
; carry clear.
        mov     ah, 0x41
        mov     bx, 0x55aa
        int     0x13
        jc      no_extensions
        cmp     bx, 0xaa55
        jne     no_extensions

; LBA 1 holds the header. It goes right behind us, to 0x7e00.
        mov     ax, HEADER / 16
        mov     es, ax
        xor     eax, eax
        inc     ax
        mov     cx, ax
        call    read_sectors

; Is it one of ours, and whole? Its last four bytes are the CRC-32 of the 508
; before them.
        cmp     dword [HEADER + Header.magic], IMAGE_MAGIC
        jne     bad_magic
        mov     di, header_name
        mov     si, HEADER
        mov     cx, Header.crc32
        mov     ebx, [HEADER + Header.crc32]
        call    check

; Now the loader: from where the header says, as many sectors as its bytes need.
; mkimage has seen to it that it is at most 32 KB, less than the 127 sectors one
; call may ask for.
        mov     ax, LOADER / 16
        mov     es, ax
        mov     ax, [HEADER + Header.loader + Part.bytes]
        add     ax, SECTOR_BYTES - 1
        shr     ax, 9
        xchg    cx, ax
        mov     eax, [HEADER + Header.loader + Part.lba]
        call    read_sectors
        mov     di, loader_name
        mov     si, LOADER
        mov     cx, [HEADER + Header.loader + Part.bytes]
        mov     ebx, [HEADER + Header.loader + Part.crc32]
        call    check

; All there. DL is the disk's number again; the time of our first instruction is
; on the stack. We are not needed any more.
        mov     dl, [drive]
        jmp     LOADER

no_extensions:
        complain "no int 13h extensions"
        jmp     give_up

bad_magic:
        complain "bad magic in LBA 1"
        jmp     give_up

; CRC-32 (the one of zip and Ethernet) of CX bytes at SI, bit by bit; EBX is what it
; must be. Slow, but a table would not fit, and it is a few kilobytes only.
; Comes back if they agree; DI is what to call the bytes if they do not.
CRC_POLYNOMIAL equ 0xedb88320           ; IEEE 802.3's, lowest bit first

check:
        or      eax, -1
.byte:  xor     al, [si]
        inc     si
        mov     dl, 8
.bit:   shr     eax, 1
        jnc     .even
        xor     eax, CRC_POLYNOMIAL
.even:  dec     dl
        jnz     .bit
        loop    .byte
        not     eax
        cmp     eax, ebx
        je      done

        push    eax
        complain "wrong CRC-32 of "
        mov     si, di
        call    print
        say     ": is "
        pop     eax
        call    print_hex
        say     ", should be "
        xchg    eax, ebx
        call    print_hex
        jmp     give_up

header_name: db "header", 0
loader_name: db "loader", 0
drive:       db 0

%include "boot/print.inc"
%include "boot/disk.inc"

; The BIOS boots from a sector only if it ends in 55 AA.
%assign SIZE $ - $$
%if SIZE > 510
    %assign OVER SIZE - 510
    %error the boot sector is SIZE bytes, OVER over 510
%endif
        times   510 - ($ - $$) db 0
        dw      0xaa55
