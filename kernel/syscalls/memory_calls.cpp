// brk, mmap and their like: private anonymous memory.
#include "kernel/mm/mm.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {
constexpr u32 MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20; // asm-generic/mman.h
constexpr u32 PROTECTIONS = VM_READ | VM_WRITE | VM_EXEC;
} // namespace

/// Answers the new break, or the old one if it cannot be moved there.
i32 sys_brk(PtRegs& r) {
    Mm& mm = *current()->mm;
    const u32 wanted = r.bx;
    if (wanted < mm.start_brk || wanted > MMAP_BASE) return static_cast<i32>(mm.brk);
    const u32 old_end = page_up(mm.brk), new_end = page_up(wanted);
    if (new_end > old_end) {
        if (!range_free(mm, old_end, new_end)) return static_cast<i32>(mm.brk);
        Vma* heap = old_end > mm.start_brk ? find_vma(mm, old_end - 1) : nullptr;
        if (heap && heap->flags == (VM_READ | VM_WRITE) && heap->end == old_end && heap->file.size == 0) {
            mm.total_vm += (new_end - old_end) >> PAGE_SHIFT;
            heap->end = new_end;
        } else if (map_region(mm, old_end, new_end, VM_READ | VM_WRITE) != Errno::OK) {
            return static_cast<i32>(mm.brk);
        }
    } else if (new_end < old_end && unmap_region(mm, new_end, old_end) != Errno::OK) {
        return static_cast<i32>(mm.brk);
    }
    mm.brk = wanted;
    return static_cast<i32>(mm.brk);
}

/// Private anonymous memory. Files and shared memory are refused with ENODEV.
i32 sys_mmap2(PtRegs& r) {
    Mm& mm = *current()->mm;
    const u32 size = page_up(r.cx), flags = r.si;
    u32 address = r.bx;
    if (r.cx == 0) return negative(Errno::EINVAL);
    if (size == 0 || size > TASK_SIZE) return negative(Errno::ENOMEM);
    if (!(flags & MAP_ANONYMOUS) || (flags & MAP_SHARED) || !(flags & MAP_PRIVATE))
        return negative(Errno::ENODEV);
    const bool usable = address % PAGE_SIZE == 0 && address >= MMAP_MIN_ADDR && address <= TASK_SIZE - size;
    if (flags & MAP_FIXED) {
        if (address % PAGE_SIZE != 0) return negative(Errno::EINVAL);
        if (!usable) return negative(address < MMAP_MIN_ADDR ? Errno::EPERM : Errno::ENOMEM);
        if (unmap_region(mm, address, address + size) != Errno::OK) return negative(Errno::ENOMEM);
    } else if (address == 0 || !usable || !range_free(mm, address, address + size)) {
        address = find_free_range(mm, size);
        if (address == 0) return negative(Errno::ENOMEM);
    }
    const Errno e = map_region(mm, address, address + size, r.dx & PROTECTIONS);
    return e == Errno::OK ? static_cast<i32>(address) : negative(e);
}

i32 sys_munmap(PtRegs& r) {
    const u32 size = page_up(r.cx);
    if (r.bx % PAGE_SIZE != 0 || size == 0 || size > TASK_SIZE || r.bx > TASK_SIZE - size)
        return negative(Errno::EINVAL);
    return negative(unmap_region(*current()->mm, r.bx, r.bx + size));
}

i32 sys_mprotect(PtRegs& r) {
    const u32 size = page_up(r.cx);
    if (r.bx % PAGE_SIZE != 0) return negative(Errno::EINVAL);
    if (size == 0) return 0;
    if (size > TASK_SIZE || r.bx > TASK_SIZE - size) return negative(Errno::ENOMEM);
    return negative(protect_region(*current()->mm, r.bx, r.bx + size, r.dx & PROTECTIONS));
}

/// Advice may be ignored, except that MADV_DONTNEED promises zeros: that one is refused.
i32 sys_madvise(PtRegs& r) {
    constexpr u32 MADV_DONTNEED = 4;
    return r.dx < MADV_DONTNEED ? 0 : negative(Errno::EINVAL);
}

} // namespace forkproof
