// Two-level page tables (Intel SDM volume 3, section 4.3): finding, making and walking entries.
#pragma once
#include "kernel/mm/mm.hpp"

namespace forkproof {

inline constexpr u32 ENTRIES = 1024;
inline constexpr u32 PTE_FRAME = 0xfffff000;
constexpr u32 pgd_index(u32 address) { return address >> 22; }
constexpr u32 pte_index(u32 address) { return address >> 12 & (ENTRIES - 1); }
constexpr Pfn pte_frame(u32 pte) { return static_cast<Pfn>(pte >> PAGE_SHIFT); }
constexpr u32 make_pte(Pfn frame, u32 bits) { return raw(frame) << PAGE_SHIFT | bits; }

/// The entry of `address`, or null where there is no table.
inline u32* find_pte(Mm& mm, u32 address) {
    const u32 pde = mm.pgd[pgd_index(address)];
    if (!(pde & PTE_PRESENT)) return nullptr;
    return static_cast<u32*>(page_of(pte_frame(pde))) + pte_index(address);
}

/// As find_pte, but makes the table; null if memory is out. The table belongs to the mm until it is
/// destroyed.
[[nodiscard]] u32* make_pte_slot(Mm& mm, u32 address);

/// A page directory with the kernel's half filled in and ring 3's half empty; null if memory is out.
[[nodiscard]] u32* alloc_pgd();
void free_pgd(u32* pgd);
/// Gives back the clean tables and directories that are kept for later, so that the next ones are allocated.
void drop_clean_tables();
/// Gives back all page tables of the mm; their entries must be clear.
void free_tables(Mm& mm);

/// Calls visit(address, pte reference) for every present entry in [start, end).
template <class F>
void walk_present(Mm& mm, u32 start, u32 end, F visit) {
    for (u32 address = start; address < end;) {
        const u32 next_table = (pgd_index(address) + 1) << 22;
        const u32 stop = next_table != 0 && next_table < end ? next_table : end;
        u32* pte = find_pte(mm, address);
        if (!pte) {
            address = stop;
            continue;
        }
        for (; address < stop; address += PAGE_SIZE, pte++)
            if (*pte & PTE_PRESENT) visit(address, *pte);
    }
}

} // namespace forkproof
