// Kernel stacks: two pages each, with an unmapped page below, in an area of their own above the direct map.
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/page_table.hpp"

namespace forkproof {

namespace {

constexpr u32 AREA = 0xF8000000;         // PAGE_OFFSET + 896 MB: where the direct map ends
constexpr u32 SLOT_SIZE = 4 * PAGE_SIZE; // guard, guard, two pages of stack: a power of two
constexpr u32 SLOTS_PER_TABLE = ENTRIES * PAGE_SIZE / SLOT_SIZE;
constexpr u32 MAX_SLOTS = 4096;
constexpr u32 NO_SLOT = ~0U;

u32* tables[MAX_SLOTS / SLOTS_PER_TABLE];
u32 slots;
u32 in_use;
u32 next_free[MAX_SLOTS]; ///< a stack of free slots, the last freed first
u32 first_free = NO_SLOT;

u32* slot_ptes(u32 slot) {
    return tables[slot / SLOTS_PER_TABLE] + slot % SLOTS_PER_TABLE * (SLOT_SIZE / PAGE_SIZE);
}
u32 slot_top(u32 slot) { return AREA + (slot + 1) * SLOT_SIZE; }
constexpr u32 FIRST_STACK_PTE = (SLOT_SIZE - THREAD_SIZE) / PAGE_SIZE;

} // namespace

void kernel_stacks_init(u32* pgd) {
    slots = frame_totals().total / 16; // linux-2.6.33 fork_init: stacks take at most an eighth of memory
    slots = (slots + SLOTS_PER_TABLE - 1) / SLOTS_PER_TABLE * SLOTS_PER_TABLE;
    if (slots > MAX_SLOTS) slots = MAX_SLOTS;
    for (u32 t = 0; t < slots / SLOTS_PER_TABLE; t++) {
        const Pfn frame = alloc_frame(FrameUse::other);
        if (frame == Pfn::none) panic("no memory for the page tables of the kernel stacks");
        tables[t] = static_cast<u32*>(page_of(frame));
        clear_page(tables[t]);
        pgd[pgd_index(AREA) + t] = make_pte(frame, PTE_PRESENT | PTE_WRITE);
    }
    for (u32 s = slots; s-- > 0;) {
        next_free[s] = first_free;
        first_free = s;
    }
}

u32 alloc_kernel_stack() {
    if (first_free == NO_SLOT) return 0;
    const u32 slot = first_free;
    u32* ptes = slot_ptes(slot) + FIRST_STACK_PTE;
    const Pfn low = alloc_frame(FrameUse::stack);
    if (low == Pfn::none) return 0;
    const Pfn high = alloc_frame(FrameUse::stack);
    if (high == Pfn::none) {
        put_frame(low);
        return 0;
    }
    first_free = next_free[slot];
    in_use++;
    ptes[0] = make_pte(low, PTE_PRESENT | PTE_WRITE | PTE_GLOBAL);
    ptes[1] = make_pte(high, PTE_PRESENT | PTE_WRITE | PTE_GLOBAL);
    return slot_top(slot);
}

void free_kernel_stack(u32 top) {
    const u32 slot = (top - AREA) / SLOT_SIZE - 1;
    u32* ptes = slot_ptes(slot) + FIRST_STACK_PTE;
    for (u32 i = 0; i < THREAD_SIZE / PAGE_SIZE; i++) {
        put_frame(pte_frame(ptes[i]));
        ptes[i] = 0;
        invlpg(top - THREAD_SIZE + i * PAGE_SIZE);
    }
    next_free[slot] = first_free;
    first_free = slot;
    in_use--;
}

bool in_stack_guard(u32 address) {
    if (address < AREA || address >= AREA + slots * SLOT_SIZE) return false;
    return (address - AREA) % SLOT_SIZE < SLOT_SIZE - THREAD_SIZE;
}

u32 kernel_stacks_in_use() { return in_use; }

u32 kernel_stacks_free() {
    u32 n = 0;
    for (u32 slot = first_free; slot != NO_SLOT && n < MAX_SLOTS; slot = next_free[slot]) n++;
    return n;
}

} // namespace forkproof
