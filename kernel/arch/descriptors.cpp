// The tables that the processor reads: GDT, TSS, IDT.
#include "kernel/arch/descriptors.hpp"
#include "kernel/lib/string.hpp"

extern "C" const forkproof::u32 trap_stubs[32], irq_stubs[16]; // entry.asm
extern "C" void entry_syscall();
extern "C" void entry_syscall_watched();

namespace forkproof {

namespace {

constexpr u32 GDT_ENTRIES = 10, IDT_ENTRIES = SYSCALL_VECTOR + 1, IRQS = 16;
constexpr u32 BREAKPOINT = 3, OVERFLOW = 4, DOUBLE_FAULT = 8;

// Gate types with the present bit (Intel SDM volume 3, section 6.11). Interrupt gates only: they clear IF.
constexpr u32 INTERRUPT_GATE = 0x8e00, TASK_GATE = 0x8500, FROM_RING_3 = 0x6000;

constinit Descriptor gdt[GDT_ENTRIES] = {
    0,
    segment(0, 0xfffff, ACCESS_KERNEL_CODE, FLAGS_FLAT),
    segment(0, 0xfffff, ACCESS_KERNEL_DATA, FLAGS_FLAT),
    segment(0, 0xfffff, ACCESS_USER_CODE, FLAGS_FLAT),
    segment(0, 0xfffff, ACCESS_USER_DATA, FLAGS_FLAT),
};

Descriptor idt[IDT_ENTRIES]; // an absent gate (0) makes `int n` a general protection fault

struct [[gnu::packed]] TableRegister {
    u16 limit;
    u32 base;
};

u32 address_of(const void* p) { return static_cast<u32>(reinterpret_cast<std::uintptr_t>(p)); }

Descriptor gate(u32 selector, u32 offset, u32 type) {
    return Descriptor{(offset & 0xffff0000) | type} << 32 | selector << 16 | (offset & 0xffff);
}

void set_syscall_gate(void (*entry)()) {
    idt[SYSCALL_VECTOR] =
        gate(KERNEL_CS, address_of(reinterpret_cast<const void*>(entry)), INTERRUPT_GATE | FROM_RING_3);
}

void fill_idt() {
    for (u32 v = 0; v < 32; v++) idt[v] = gate(KERNEL_CS, trap_stubs[v], INTERRUPT_GATE);
    idt[BREAKPOINT] |= Descriptor{FROM_RING_3} << 32;
    idt[OVERFLOW] |= Descriptor{FROM_RING_3} << 32;
    idt[DOUBLE_FAULT] = gate(DOUBLE_FAULT_SELECTOR, 0, TASK_GATE);
    for (u32 i = 0; i < IRQS; i++) idt[IRQ_BASE + i] = gate(KERNEL_CS, irq_stubs[i], INTERRUPT_GATE);
    set_syscall_gate(entry_syscall);
}

} // namespace

alignas(128) constinit MainTss
    main_tss{}; // its head must not cross a page: the processor reads that by physical address

void descriptors_init() {
    main_tss.tss.ss0 = KERNEL_DS;
    main_tss.tss.io_map = NO_IO_MAP;
    double_fault_init();
    gdt[TSS_SELECTOR / 8] = segment(address_of(&main_tss), offsetof(MainTss, end), ACCESS_TSS, FLAGS_BYTES);
    gdt[DOUBLE_FAULT_SELECTOR / 8] =
        segment(address_of(&double_fault_tss), sizeof(Tss) - 1, ACCESS_TSS, FLAGS_BYTES);
    fill_idt();

    const TableRegister gdtr{sizeof gdt - 1, address_of(gdt)}, idtr{sizeof idt - 1, address_of(idt)};
    asm volatile("lgdt %0\n\t"
                 "ljmp %2, $1f\n" // only a far jump loads cs
                 "1:\tmovl %k3, %%ds\n\tmovl %k3, %%es\n\tmovl %k3, %%ss\n\t"
                 "movl %k4, %%fs\n\tmovl %k4, %%gs\n\t" // the kernel does not use these two
                 "lidt %1\n\t"
                 "lldt %w4\n\t"
                 "ltr %w5"
                 :
                 : "m"(gdtr), "m"(idtr), "i"(KERNEL_CS), "r"(u32{KERNEL_DS}), "r"(0), "r"(u32{TSS_SELECTOR})
                 : "memory");
}

void watch_syscalls() { set_syscall_gate(entry_syscall_watched); }

void load_tls(const Thread& thread) {
    for (u32 i = 0; i < GDT_ENTRY_TLS_ENTRIES; i++) gdt[GDT_ENTRY_TLS_MIN + i] = thread.tls[i];
}

void load_io_bitmap(const Thread& thread) {
    main_tss.tss.io_map = has_io_bitmap(thread) ? static_cast<u16>(offsetof(MainTss, io_bitmap)) : NO_IO_MAP;
    if (!has_io_bitmap(thread)) return;
    for (u32 i = 0; i < IO_BITMAP_PAGES; i++)
        copy_page(&main_tss.io_bitmap[i * (PAGE_SIZE / sizeof(u32))], thread.io_bitmap[i]);
}

void arch_switch_to(const Thread& next) {
    main_tss.tss.esp0 = next.sp0;
    load_tls(next);
    load_io_bitmap(next);
    fpu_switch_to(next);
}

} // namespace forkproof
