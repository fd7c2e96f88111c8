#include "kernel/exec/exec.hpp"
#include "kernel/mm/uaccess.hpp"

namespace forkproof {

ArgBlock::~ArgBlock() {
    for (const Pfn page : pages_)
        if (page != Pfn::none) put_frame(page);
}

Errno ArgBlock::append(const char* bytes, u32 n) {
    for (u32 done = 0; done < n;) {
        const u32 page = size_ / PAGE_SIZE, offset = size_ % PAGE_SIZE;
        if (page >= ARG_PAGES) return Errno::E2BIG;
        if (pages_[page] == Pfn::none) pages_[page] = alloc_frame(FrameUse::other);
        if (pages_[page] == Pfn::none) return Errno::ENOMEM;
        const u32 room = PAGE_SIZE - offset;
        const u32 piece_size = n - done < room ? n - done : room;
        memcpy(static_cast<char*>(page_of(pages_[page])) + offset, bytes + done, piece_size);
        size_ += piece_size;
        done += piece_size;
    }
    return Errno::OK;
}

Errno ArgBlock::add_argument(Text text) {
    argc_++;
    if (const Errno e = append(text.data, static_cast<u32>(text.size)); e != Errno::OK) return e;
    return append("", 1);
}

Errno ArgBlock::copy_vector(UserAddr vector, u32& count) {
    for (; vector != 0; vector += sizeof(u32)) {
        u32 string;
        if (get_user(string, vector) != Errno::OK) return Errno::EFAULT;
        if (string == 0) break;
        for (;;) { // in pieces: a string may be longer than any buffer here
            char buffer[256];
            const Result<u32> n = copy_string_from_user(buffer, string, sizeof buffer);
            if (!n.ok() && n.error() != Errno::ENAMETOOLONG) return n.error();
            const u32 size = n.ok() ? n.value() + 1 : static_cast<u32>(sizeof buffer);
            if (const Errno e = append(buffer, size); e != Errno::OK) return e;
            if (n.ok()) break;
            string += size;
        }
        count++;
    }
    return Errno::OK;
}

Errno ArgBlock::from_user(UserAddr argv, UserAddr envp) {
    if (const Errno e = copy_vector(argv, argc_); e != Errno::OK) return e;
    return copy_vector(envp, envc_);
}

Text ArgBlock::piece(u32 offset) const {
    const u32 in_page = offset % PAGE_SIZE;
    const u32 left = size_ - offset, room = PAGE_SIZE - in_page;
    return {static_cast<const char*>(page_of(pages_[offset / PAGE_SIZE])) + in_page,
            left < room ? left : room};
}

} // namespace forkproof
