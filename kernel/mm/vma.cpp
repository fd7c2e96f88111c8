// The list of mappings: finding, adding, cutting. Mappings never overlap and are kept by address.
#include "kernel/mm/cache.hpp"
#include "kernel/mm/page_table.hpp"

namespace forkproof {

Vma* find_vma(Mm& mm, u32 address) {
    for (Vma& v : mm.vmas)
        if (address < v.end) return address >= v.start ? &v : nullptr;
    return nullptr;
}

namespace {
/// The first mapping that ends above `address`, whether it holds it or not.
Vma* first_above(Mm& mm, u32 address) {
    for (Vma& v : mm.vmas)
        if (address < v.end) return &v;
    return nullptr;
}

/// Cuts the mapping in two at `address`, which lies inside; the upper half is new. Null: memory is out.
Vma* split_vma(Mm& mm, Vma& lower, u32 address) {
    auto* upper = create<Vma>();
    if (!upper) return nullptr;
    upper->start = address;
    upper->end = lower.end;
    upper->flags = lower.flags;
    upper->file = lower.file;
    upper->file_address = lower.file_address;
    if (Vma* next = mm.vmas.next(lower))
        mm.vmas.insert_before(*upper, *next);
    else
        mm.vmas.push_back(*upper);
    lower.end = address;
    return upper;
}

/// Cuts mappings so that none straddles `start` or `end`. On ENOMEM some are cut, which no program can see.
Errno split_at_edges(Mm& mm, u32 start, u32 end) {
    const u32 edges[] = {start, end};
    for (const u32 edge : edges) {
        Vma* v = find_vma(mm, edge);
        if (v && v->start < edge && !split_vma(mm, *v, edge)) return Errno::ENOMEM;
    }
    return Errno::OK;
}
} // namespace

bool range_free(Mm& mm, u32 start, u32 end) {
    Vma* v = first_above(mm, start);
    return !v || v->start >= end;
}

u32 find_free_range(Mm& mm, u32 size) {
    u32 top = MMAP_BASE; // the highest gap below, so that mappings grow downwards as Linux's do
    for (Vma* v = mm.vmas.back(); v; v = mm.vmas.previous(*v)) {
        if (v->start >= MMAP_BASE) continue;
        if (v->end <= top && top - v->end >= size) break;
        top = v->start;
    }
    return top >= MMAP_MIN_ADDR + size ? top - size : 0;
}

Errno map_region(Mm& mm, u32 start, u32 end, u32 flags, Text file, u32 file_address) {
    auto* vma = create<Vma>();
    if (!vma) return Errno::ENOMEM;
    vma->start = start;
    vma->end = end;
    vma->flags = flags;
    vma->file = file;
    vma->file_address = file_address;
    if (Vma* next = first_above(mm, start))
        mm.vmas.insert_before(*vma, *next);
    else
        mm.vmas.push_back(*vma);
    mm.total_vm += (end - start) >> PAGE_SHIFT;
    return Errno::OK;
}

Errno unmap_region(Mm& mm, u32 start, u32 end) {
    if (split_at_edges(mm, start, end) != Errno::OK) return Errno::ENOMEM;
    for (Vma* v = first_above(mm, start); v && v->start < end;) {
        Vma* next = mm.vmas.next(*v);
        walk_present(mm, v->start, v->end, [](u32, u32& pte) {
            put_frame(pte_frame(pte));
            pte = 0;
        });
        mm.total_vm -= (v->end - v->start) >> PAGE_SHIFT;
        v->node.unlink();
        destroy(v);
        v = next;
    }
    flush_tlb(mm);
    return Errno::OK;
}

Errno protect_region(Mm& mm, u32 start, u32 end, u32 flags) {
    // Every page of the range must be mapped (mprotect's ENOMEM), and that is asked before anything is cut.
    for (u32 a = start; a < end;) {
        Vma* v = find_vma(mm, a);
        if (!v) return Errno::ENOMEM;
        a = v->end;
    }
    if (split_at_edges(mm, start, end) != Errno::OK) return Errno::ENOMEM;
    for (Vma* v = first_above(mm, start); v && v->start < end; v = mm.vmas.next(*v)) {
        v->flags = (v->flags & ~static_cast<u32>(VM_READ | VM_WRITE | VM_EXEC)) | flags;
        // Write permission comes back by faults, which know whether the page is shared; without any
        // permission ring 3 must not reach the page, but its content stays.
        walk_present(mm, v->start, v->end, [&](u32, u32& pte) {
            pte &= ~(PTE_WRITE | PTE_USER);
            if (flags != 0) pte |= PTE_USER;
        });
    }
    flush_tlb(mm);
    return Errno::OK;
}

} // namespace forkproof
