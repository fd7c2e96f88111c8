// The life of an address space: made empty, copied by fork, shared by count, torn down by the last user.
#include "kernel/mm/mm.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/frame_table.hpp"
#include "kernel/mm/page_table.hpp"

namespace forkproof {

void flush_tlb(const Mm& mm) {
    if (active_mm() == &mm) write_cr3(read_cr3());
}

Mm* mm_create() {
    auto* mm = create<Mm>();
    if (!mm) return nullptr;
    mm->pgd = alloc_pgd();
    if (!mm->pgd) {
        destroy(mm);
        return nullptr;
    }
    return mm;
}

namespace {

/// Gives the child the same pages: writable ones lose their write bit in both, and who writes first copies.
Errno share_pages(Mm& child, Mm& parent, const Vma& vma) {
    Errno error = Errno::OK;
    u32* table = nullptr; // the child's, of the 4 MB that are being copied
    u32 table_of = ~0U;
    walk_present(parent, vma.start, vma.end, [&](u32 address, u32& pte) {
        if (error != Errno::OK) return;
        if (pgd_index(address) != table_of) {
            table_of = pgd_index(address);
            u32* slot = make_pte_slot(child, address);
            if (!slot) {
                error = Errno::ENOMEM;
                return;
            }
            table = slot - pte_index(address);
        }
        pte &= ~PTE_WRITE;
        get_mapped_frame(pte_frame(pte));
        table[pte_index(address)] = pte & ~(PTE_ACCESSED | PTE_DIRTY);
    });
    return error;
}

Errno copy_vma(Mm& child, Mm& parent, const Vma& vma) {
    const Errno e = map_region(child, vma.start, vma.end, vma.flags, vma.file, vma.file_address);
    return e != Errno::OK ? e : share_pages(child, parent, vma);
}

} // namespace

Mm* dup_mm(Mm* old) {
    Mm* mm = mm_create();
    if (!mm) return nullptr;
    mm->start_code = old->start_code;
    mm->end_code = old->end_code;
    mm->start_brk = old->start_brk;
    mm->brk = old->brk;
    mm->start_stack = old->start_stack;
    mm->arg_start = old->arg_start;
    mm->arg_end = old->arg_end;
    Errno error = Errno::OK;
    for (Vma& vma : old->vmas) {
        error = copy_vma(*mm, *old, vma);
        if (error != Errno::OK) break;
    }
    flush_tlb(*old);
    if (error == Errno::OK) return mm;
    put_mm(mm);
    return nullptr;
}

void put_mm(Mm* mm) {
    if (--mm->users != 0) return;
    for (Vma& v : mm->vmas) {
        walk_present(*mm, v.start, v.end, [](u32, u32& pte) {
            put_mapped_frame(pte_frame(pte));
            pte = 0;
        });
        destroy(&v);
    }
    free_tables(*mm);
    free_pgd(mm->pgd);
    destroy(mm);
}

Pfn mapped_frame(Mm& mm, u32 address) {
    const u32* pte = find_pte(mm, address);
    return pte && (*pte & PTE_PRESENT) ? pte_frame(*pte) : Pfn::none;
}

void for_each_page(Mm& mm, void (*visit)(void*, u32, Pfn, u32), void* context) {
    for (Vma& v : mm.vmas)
        walk_present(mm, v.start, v.end,
                     [&](u32 address, u32& pte) { visit(context, address, pte_frame(pte), pte); });
}

} // namespace forkproof
