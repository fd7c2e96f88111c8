#include "kernel/mm/uaccess.hpp"
#include "kernel/mm/page_table.hpp"

namespace forkproof {

namespace {

/// The kernel's address of a byte of ring 3, present and permitted for this access; null with the reason.
u8* user_byte(UserAddr address, Access access, Errno& error) {
    Mm* mm = active_mm();
    error = Errno::EFAULT;
    if (!mm || address >= TASK_SIZE) return nullptr;
    const u32 needed = PTE_PRESENT | PTE_USER | (access == Access::write ? PTE_WRITE : 0);
    u32* pte = find_pte(*mm, address);
    if (!pte || (*pte & needed) != needed) {
        const FaultResult fault = handle_mm_fault(*mm, address, access);
        if (fault == FaultResult::no_memory) error = Errno::ENOMEM;
        if (fault != FaultResult::ok) return nullptr;
        pte = find_pte(*mm, address);
    }
    *pte |= access == Access::write ? PTE_ACCESSED | PTE_DIRTY : PTE_ACCESSED;
    error = Errno::OK;
    return static_cast<u8*>(page_of(pte_frame(*pte))) + (address & (PAGE_SIZE - 1));
}

/// Splits a range at page borders: step(kernel address, offset, bytes) for each piece.
template <class F>
Errno for_each_piece(UserAddr user, u32 size, Access access, F step) {
    if (size > TASK_SIZE || user > TASK_SIZE - size) return Errno::EFAULT;
    for (u32 done = 0; done < size;) {
        const u32 room = PAGE_SIZE - ((user + done) & (PAGE_SIZE - 1));
        const u32 piece = size - done < room ? size - done : room;
        Errno error;
        u8* bytes = user_byte(user + done, access, error);
        if (!bytes) return error;
        step(bytes, done, piece);
        done += piece;
    }
    return Errno::OK;
}

} // namespace

Errno copy_from_user(void* to, UserAddr from, u32 size) {
    return for_each_piece(from, size, Access::read, [to](u8* bytes, u32 done, u32 n) {
        memcpy(static_cast<u8*>(to) + done, bytes, n);
    });
}

Errno copy_to_user(UserAddr to, const void* from, u32 size) {
    return for_each_piece(to, size, Access::write, [from](u8* bytes, u32 done, u32 n) {
        memcpy(bytes, static_cast<const u8*>(from) + done, n);
    });
}

Result<u32> copy_string_from_user(char* to, UserAddr from, u32 size) {
    for (u32 done = 0; done < size;) {
        Errno error;
        const u8* bytes = user_byte(from + done, Access::read, error);
        if (!bytes) return error;
        const u32 room = PAGE_SIZE - ((from + done) & (PAGE_SIZE - 1));
        for (u32 i = 0; i < room && done < size; i++, done++) {
            to[done] = static_cast<char>(bytes[i]);
            if (bytes[i] == 0) return done;
        }
    }
    return Errno::ENAMETOOLONG;
}

} // namespace forkproof
