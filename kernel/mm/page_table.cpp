#include "kernel/mm/page_table.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/lib/panic.hpp"

namespace forkproof {

namespace {

alignas(PAGE_SIZE) u32 swapper_pg_dir[ENTRIES];
Mm* active;

constexpr u32 FIRST_KERNEL_ENTRY = PAGE_OFFSET >> 22;
constexpr u32 LARGE_PAGE = 4U << 20;

/// A table's link word: the next table of the same mm (20 bits: frames end below 896 MB), and its own place
/// in the directory (10 bits), so that tearing down need not search the directory.
Pfn pack_link(Pfn next, u32 place) { return static_cast<Pfn>(place << 20 | raw(next)); }
Pfn link_next(Pfn packed) { return static_cast<Pfn>(raw(packed) & 0xfffff); }
u32 link_place(Pfn packed) { return raw(packed) >> 20; }

/// Clean pages that were tables: clearing a page costs 1,030 ticks, and a dying table is clean already.
/// Linked through frame_link. They are few, and the frame allocator's reserve does not count them.
struct CleanPool {
    Pfn first = Pfn::none;
    u32 size = 0;
};
CleanPool clean_tables, clean_pgds;
constexpr u32 CLEAN_POOL_LIMIT = 16;

Pfn take_clean(CleanPool& pool) {
    const Pfn frame = pool.first;
    if (frame == Pfn::none) return frame;
    pool.first = frame_link(frame);
    pool.size--;
    frame_link(frame) = Pfn::none;
    return frame;
}

void give_clean(CleanPool& pool, Pfn frame) {
    if (pool.size >= CLEAN_POOL_LIMIT) {
        put_frame(frame);
        return;
    }
    frame_link(frame) = pool.first;
    pool.first = frame;
    pool.size++;
}

} // namespace

void paging_init(PhysAddr end_of_memory) {
    for (u32 address = 0; address < raw(end_of_memory); address += LARGE_PAGE)
        swapper_pg_dir[FIRST_KERNEL_ENTRY + (address >> 22)] =
            address | PTE_PRESENT | PTE_WRITE | PTE_LARGE | PTE_GLOBAL;
    kernel_stacks_init(swapper_pg_dir);
    write_cr3(raw(kernel_pgd()));
    write_cr4(read_cr4() | CR4_PGE);
}

PhysAddr kernel_pgd() { return to_physical(swapper_pg_dir); }

void switch_mm(Mm* mm) {
    active = mm;
    const u32 wanted = raw(mm ? to_physical(mm->pgd) : kernel_pgd());
    if (read_cr3() != wanted) write_cr3(wanted);
}
Mm* active_mm() { return active; }

u32* alloc_pgd() {
    Pfn frame = take_clean(clean_pgds);
    if (frame != Pfn::none) return static_cast<u32*>(page_of(frame));
    frame = alloc_frame(FrameUse::table);
    if (frame == Pfn::none) return nullptr;
    u32* pgd = static_cast<u32*>(page_of(frame));
    memset(pgd, 0, FIRST_KERNEL_ENTRY * sizeof(u32));
    memcpy(pgd + FIRST_KERNEL_ENTRY, swapper_pg_dir + FIRST_KERNEL_ENTRY,
           (ENTRIES - FIRST_KERNEL_ENTRY) * sizeof(u32));
    return pgd;
}

// Only entries that point to a table were ever set, and free_tables has cleared them.
void free_pgd(u32* pgd) { give_clean(clean_pgds, pfn(to_physical(pgd))); }

u32* make_pte_slot(Mm& mm, u32 address) {
    if (u32* pte = find_pte(mm, address)) return pte;
    Pfn frame = take_clean(clean_tables);
    if (frame == Pfn::none) {
        frame = alloc_frame(FrameUse::table, mm.from_reserve);
        if (frame == Pfn::none) return nullptr;
        clear_page(page_of(frame));
    }
    frame_link(frame) = pack_link(mm.tables, pgd_index(address));
    mm.tables = frame;
    u32* table = static_cast<u32*>(page_of(frame));
    mm.pgd[pgd_index(address)] = make_pte(frame, PTE_PRESENT | PTE_WRITE | PTE_USER);
    return table + pte_index(address);
}

void drop_clean_tables() {
    CleanPool* const pools[] = {&clean_tables, &clean_pgds};
    for (CleanPool* pool : pools)
        for (Pfn frame = take_clean(*pool); frame != Pfn::none; frame = take_clean(*pool)) put_frame(frame);
}

void free_tables(Mm& mm) {
    while (mm.tables != Pfn::none) {
        const Pfn frame = mm.tables;
        const Pfn link = frame_link(frame);
        mm.tables = link_next(link);
        mm.pgd[link_place(link)] = 0;
        give_clean(clean_tables, frame);
    }
}

} // namespace forkproof
