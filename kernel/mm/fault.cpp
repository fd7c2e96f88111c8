// Page faults: a page comes into being when it is first touched, and is copied when it is first written after
// a fork (linux-2.6.33 handle_mm_fault, do_wp_page).
#include "kernel/arch/cpu.hpp"
#include "kernel/mm/mm.hpp"
#include "kernel/mm/page_table.hpp"

namespace forkproof {

namespace {

constexpr u32 STACK_LIMIT = 8U << 20; // linux/resource.h _STK_LIM

/// The mapping of `address`; the stack grows down to it if it lies within the stack's limit and nothing is
/// there.
Vma* find_or_grow(Mm& mm, u32 address) {
    Vma* below = nullptr;
    for (Vma& v : mm.vmas) {
        if (address >= v.end) {
            below = &v;
            continue;
        }
        if (address >= v.start) return &v;
        if (!(v.flags & VM_GROWSDOWN) || v.end - address > STACK_LIMIT) return nullptr;
        const u32 start = page_down(address);
        if (below && below->end > start) return nullptr;
        mm.total_vm += (v.start - start) >> PAGE_SHIFT;
        v.start = start;
        return &v;
    }
    return nullptr;
}

bool allowed(const Vma& v, Access access) {
    if (access == Access::write) return v.flags & VM_WRITE;
    return v.flags & (VM_READ | VM_WRITE | VM_EXEC); // i386 without NX: what can be read can be executed
}

/// The bytes of the file that belong into this page, zeros around them.
void fill_page(u8* page, const Vma& v, u32 address) {
    const u32 file_end = v.file_address + static_cast<u32>(v.file.size);
    const u32 from = address > v.file_address ? address : v.file_address;
    const u32 to = address + PAGE_SIZE < file_end ? address + PAGE_SIZE : file_end;
    if (v.file.size == 0 || from >= to) {
        clear_page(page);
        return;
    }
    if (to - from < PAGE_SIZE) clear_page(page);
    memcpy(page + (from - address), v.file.data + (from - v.file_address), to - from);
}

/// A present page is written: the last holder takes it, any other gets a copy.
FaultResult copy_on_write(Mm& mm, u32 address, u32& pte) {
    const Pfn old = pte_frame(pte);
    if (frame_count(old) == 1) {
        pte |= PTE_WRITE | PTE_DIRTY;
        invlpg(address);
        return FaultResult::ok;
    }
    const Pfn copy = alloc_frame(FrameUse::user, mm.from_reserve);
    if (copy == Pfn::none) return FaultResult::no_memory;
    copy_page(page_of(copy), page_of(old));
    pte = make_pte(copy, PTE_PRESENT | PTE_USER | PTE_WRITE | PTE_DIRTY | PTE_ACCESSED);
    invlpg(address);
    put_frame(old);
    return FaultResult::ok;
}

} // namespace

FaultResult handle_mm_fault(Mm& mm, u32 address, Access access) {
    if (address >= TASK_SIZE) return FaultResult::bad_access;
    Vma* vma = find_or_grow(mm, address);
    if (!vma || !allowed(*vma, access)) return FaultResult::bad_access;
    const u32 page = page_down(address);
    u32* pte = make_pte_slot(mm, page);
    if (!pte) return FaultResult::no_memory;

    if (*pte & PTE_PRESENT) {
        if (access == Access::write && !(*pte & PTE_WRITE)) return copy_on_write(mm, page, *pte);
        return FaultResult::ok;
    }
    const Pfn frame = alloc_frame(FrameUse::user, mm.from_reserve);
    if (frame == Pfn::none) return FaultResult::no_memory;
    fill_page(static_cast<u8*>(page_of(frame)), *vma, page);
    *pte = make_pte(frame, PTE_PRESENT | PTE_USER | (access == Access::write ? PTE_WRITE | PTE_DIRTY : 0));
    return FaultResult::ok;
}

} // namespace forkproof
