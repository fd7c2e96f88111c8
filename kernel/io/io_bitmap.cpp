#include "kernel/io/io_bitmap.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/lib/string.hpp"
#include "kernel/mm/frame.hpp"

namespace forkproof {

namespace {

bool alloc_pages(Thread& thread) {
    for (u32*& page : thread.io_bitmap) {
        const Pfn frame = alloc_frame(FrameUse::io_bitmap);
        if (frame == Pfn::none) {
            free_io_bitmap(thread);
            return false;
        }
        page = static_cast<u32*>(page_of(frame));
    }
    return true;
}

} // namespace

bool create_io_bitmap(Thread& thread) {
    if (!alloc_pages(thread)) return false;
    for (u32* page : thread.io_bitmap) memset(page, 0xff, PAGE_SIZE);
    return true;
}

bool dup_io_bitmap(Thread& to, const Thread& from) {
    if (!alloc_pages(to)) return false;
    for (u32 i = 0; i < IO_BITMAP_PAGES; i++) copy_page(to.io_bitmap[i], from.io_bitmap[i]);
    return true;
}

void free_io_bitmap(Thread& thread) {
    for (u32*& page : thread.io_bitmap) {
        if (page) put_frame(pfn(to_physical(page)));
        page = nullptr;
    }
}

FORKPROOF_BOUNDARY void exit_io_bitmap(Thread& thread) {
    free_io_bitmap(thread);
    load_io_bitmap(thread);
}

void set_io_permission(Thread& thread, u32 first, u32 count, bool allowed) {
    constexpr u32 BITS = PAGE_SIZE * 8;
    for (u32 port = first; port < first + count; port++) {
        u32& word = thread.io_bitmap[port / BITS][port % BITS / 32];
        const u32 bit = 1U << port % 32;
        word = allowed ? word & ~bit : word | bit;
    }
}

} // namespace forkproof
