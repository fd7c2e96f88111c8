; The loader: the second and last stage before the kernel.
;
; The boot sector has put us at 0x8000, has seen that we arrived whole, and jumped
; here. The processor is still in 16-bit real mode: interrupts on and handled by the
; BIOS, all segments 0, DL the disk's number, the image's header at 0x7e00, and on
; the stack the time at which the sector began.
;
; From here to the kernel is eight steps, each a few lines below, each told in full
; in a file of its own. What can go wrong is found as early as possible and said in
; one line beginning with "boot: ".

%include "boot/layout.inc"
%include "boot/image.inc"
%include "boot/say.inc"
%include "boot/structures.inc"

        bits    16
        org     LOADER

loader:
        mov     [drive], dl
        call    begin_boot_info

; 1. Is this processor new enough? The page tables below use 4 MB pages, which came
;    with the Pentium. (It has rdtsc, or we were not here, so it has CPUID too.)
        mov     eax, 1
        cpuid
        test    edx, CPUID_PSE
        jz      no_large_pages

; 2. Let address line 20 through, or every odd megabyte is the even one below it.
        call    open_a20

; 3. Ask what memory there is. The kernel, the initrd and, for a moment, the
;    kernel's file must all fit between 1 MB and the end of the memory there.
        call    ask_memory
        call    find_memory
        mov     eax, [memory_end]
        sub     eax, MEGABYTE
        cmp     eax, SPARE_BYTES
        jb      hardly_any_memory

; 4. The command line: one sector, low enough for the BIOS to read to directly.
        call    start_watch
        mov     ebx, make_crc_table
        call    call32
        mov     eax, [HEADER + Header.cmdline + Part.lba]
        mov     cx, 1
        mov     bx, CMDLINE / 16
        mov     es, bx
        call    read_sectors
        mov     bx, HEADER + Header.cmdline
        mov     edi, CMDLINE
        mov     bp, .cmdline
        call    check_part
        call    stop_watch

; 5. The kernel's file, to the very top of the memory, where it is in nobody's way.
;    It is page aligned there only because that is easier on the eye.
        mov     eax, [memory_end]
        sub     eax, MEGABYTE
        mov     ecx, [HEADER + Header.kernel + Part.bytes]
        cmp     ecx, eax
        ja      kernel_too_large
        mov     edi, [memory_end]
        sub     edi, ecx
        and     edi, ~(PAGE_BYTES - 1)
        mov     [kernel_file], edi
        mov     bx, HEADER + Header.kernel
        mov     bp, .kernel
        call    load_part

; 6. Take it apart: look at all its segments first, and only if all are sound copy
;    them to where they want to be. They must end before the file itself begins.
        mov     esi, [kernel_file]
        mov     ecx, [HEADER + Header.kernel + Part.bytes]
        mov     ebx, elf_measure
        call    call32
        test    eax, eax
        jnz     bad_kernel
        mov     ecx, [BOOT_INFO + BootInfo.kernel_end]
        cmp     ecx, [kernel_file]
        ja      kernel_ends_too_high
        mov     ebx, elf_place
        call    call32

; 7. The initrd, on the first page after the kernel. The file at the top is not
;    needed any more and may be overwritten; but something must be left for the
;    kernel to work with.
        mov     edi, [BOOT_INFO + BootInfo.kernel_end]
        add     edi, PAGE_BYTES - 1
        and     edi, ~(PAGE_BYTES - 1)
        mov     [BOOT_INFO + BootInfo.initrd_start], edi
        mov     eax, [memory_end]
        sub     eax, SPARE_BYTES
        jc      too_little_memory
        sub     eax, edi
        jc      too_little_memory
        cmp     eax, [HEADER + Header.initrd + Part.bytes]
        jb      too_little_memory
        mov     bx, HEADER + Header.initrd
        mov     bp, .initrd
        call    load_part
        add     edi, [HEADER + Header.initrd + Part.bytes]
        mov     [BOOT_INFO + BootInfo.initrd_end], edi

; 8. All there and all checked. Protected mode for good, paging, and the kernel.
        mov     ebx, enter_kernel
        call    call32

.cmdline: db    "command line", 0
.kernel:  db    "kernel", 0
.initrd:  db    "initrd", 0

%include "boot/failures.inc"
%include "boot/a20.inc"
%include "boot/e820.inc"
%include "boot/part.inc"
%include "boot/disk.inc"
%include "boot/print.inc"
%include "boot/protected.inc"
%include "boot/crc32.inc"
%include "boot/elf.inc"
%include "boot/bootinfo.inc"
%include "boot/paging.inc"

drive:       db 0
        align   4
memory_end:  dd 0                       ; of the memory that begins at or below 1 MB
kernel_file: dd 0                       ; where the kernel's ELF file lies
kernel_entry: dd 0                      ; where it wants to be entered, virtual
