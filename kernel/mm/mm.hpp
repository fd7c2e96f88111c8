// Address spaces: mappings (vma), page tables, copy-on-write.
#pragma once
#include "kernel/lib/kinds.hpp"
#include "kernel/lib/list.hpp"
#include "kernel/lib/string.hpp"
#include "kernel/mm/frame.hpp"

namespace forkproof {

enum VmFlags : u32 {
    VM_READ = 1,
    VM_WRITE = 2,
    VM_EXEC = 4,          // as PROT_*
    VM_GROWSDOWN = 0x100, // the stack
};

/// A run of pages with one protection: private, anonymous or (text, data) filled on demand from a file.
struct Vma {
    u32 start = 0, end = 0;
    u32 flags = 0;
    Text file;            ///< the bytes that the first pages are filled with; empty: zeros
    u32 file_address = 0; ///< where in memory the first byte of `file` belongs
    ListNode node;
};

// Page table entries (Intel SDM volume 3, section 4.3).
inline constexpr u32 PTE_PRESENT = 1, PTE_WRITE = 2, PTE_USER = 4, PTE_ACCESSED = 0x20, PTE_DIRTY = 0x40,
                     PTE_LARGE = 0x80, PTE_GLOBAL = 0x100;

struct Mm {
    u32 users = 1; ///< tasks that run in it (mm_users)
    u32* pgd = nullptr;
    List<Vma, &Vma::node> vmas; ///< by address
    u32 start_code = 0, end_code = 0, start_brk = 0, brk = 0, start_stack = 0;
    u32 arg_start = 0, arg_end = 0;
    u32 total_vm = 0;          ///< pages in all mappings
    Pfn tables = Pfn::none;    ///< its page tables, linked through frame_link
    bool from_reserve = false; ///< init's: may take the last frames
};

inline constexpr u32 TASK_SIZE = PAGE_OFFSET;
inline constexpr u32 STACK_TOP = PAGE_OFFSET;
inline constexpr u32 MMAP_BASE = 0xB7000000; ///< mmap searches downwards from here
inline constexpr u32 MMAP_MIN_ADDR = 0x10000;

/// Builds the page tables of the kernel stacks' area into this directory.
void kernel_stacks_init(u32* pgd);

/// Maps all memory at PAGE_OFFSET with 4 MB pages and builds the page tables of the kernel stacks.
void paging_init(PhysAddr end_of_memory);
/// The page directory of tasks without an address space.
[[nodiscard]] PhysAddr kernel_pgd();

/// Loads the address space (null: the kernel's own) and makes it the one that uaccess speaks of.
void switch_mm(Mm* mm);
/// Forgets cached translations of this address space, if it is the active one.
void flush_tlb(const Mm& mm);
[[nodiscard]] Mm* active_mm();

/// An empty address space; null if memory is out.
[[nodiscard]] Mm* mm_create();
/// A copy for fork: same mappings, same frames, private writable pages write-protected in both. Null if
/// memory is out: the old one has lost at most its write bits (they come back with the next fault).
[[nodiscard]] Mm* dup_mm(Mm* old);
inline void get_mm(Mm* m) { m->users++; }
/// Drops one user; the last one unmaps and frees everything.
void put_mm(Mm* m);

/// The mapping that holds `address`, or null.
[[nodiscard]] Vma* find_vma(Mm& mm, u32 address);
/// Adds a mapping; joins none. ENOMEM. The range must be free.
[[nodiscard]] Errno map_region(Mm& mm, u32 start, u32 end, u32 flags, Text file = {}, u32 file_address = 0);
[[nodiscard]] Errno unmap_region(Mm& mm, u32 start, u32 end);
[[nodiscard]] Errno protect_region(Mm& mm, u32 start, u32 end, u32 flags);
[[nodiscard]] bool range_free(Mm& mm, u32 start, u32 end);
/// A free range of this size below MMAP_BASE, or 0.
[[nodiscard]] u32 find_free_range(Mm& mm, u32 size);

enum class Access : u8 { read, write, execute };
enum class FaultResult : u8 { ok, bad_access, no_memory };
/// Makes the page at `address` present for this access: demand fill, copy-on-write, stack growth.
[[nodiscard]] FaultResult handle_mm_fault(Mm& mm, u32 address, Access access);
/// The frame mapped at `address`, or none.
[[nodiscard]] Pfn mapped_frame(Mm& mm, u32 address);
/// Calls visit(context, address, frame, pte) for each present page, in order of address.
void for_each_page(Mm& mm, void (*visit)(void*, u32 address, Pfn frame, u32 pte), void* context);

inline constexpr u32 THREAD_SIZE = 2 * PAGE_SIZE; // linux-2.6.33 asm/page_32_types.h

/// A kernel stack with an unmapped page below it; its top, or 0 if memory (or the stack area) is out.
[[nodiscard]] u32 alloc_kernel_stack();
void free_kernel_stack(u32 top);
[[nodiscard]] u32 kernel_stacks_in_use();
/// Places for stacks that can still be had, counted one by one: for the digest.
[[nodiscard]] u32 kernel_stacks_free();

} // namespace forkproof
