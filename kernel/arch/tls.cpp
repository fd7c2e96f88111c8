// Thread-local storage: what ring 3 may put into the three GDT entries that are its own.
#include "kernel/arch/descriptors.hpp"

namespace forkproof {

Descriptor tls_descriptor(const UserDesc& d) {
    if (tls_empty(d)) return 0;
    // Type, then S (not a system segment), privilege level 3, P: linux-2.6.33 fill_ldt.
    const u32 type = (d.read_exec_only ^ 1U) << 1 | static_cast<u32>(d.contents) << 2;
    const u32 access = type | 1U << 4 | 3U << 5 | (d.seg_not_present ^ 1U) << 7;
    const u32 flags =
        d.useable | static_cast<u32>(d.seg_32bit) << 2 | static_cast<u32>(d.limit_in_pages) << 3;
    return segment(d.base_addr, d.limit, access, flags);
}

UserDesc tls_description(Descriptor d, u32 entry_number) {
    const u32 low = static_cast<u32>(d), high = static_cast<u32>(d >> 32);
    UserDesc u{};
    u.entry_number = entry_number;
    u.base_addr = (low >> 16) | (high & 0xff) << 16 | (high & 0xff000000);
    u.limit = (low & 0xffff) | (high & 0xf0000);
    u.seg_32bit = high >> 22 & 1;
    u.contents = high >> 10 & 3;
    u.read_exec_only = (high >> 9 & 1) ^ 1;
    u.limit_in_pages = high >> 23 & 1;
    u.seg_not_present = (high >> 15 & 1) ^ 1;
    u.useable = high >> 20 & 1;
    return u;
}

bool tls_empty(const UserDesc& d) {
    return d.base_addr == 0 && d.limit == 0 && d.contents == 0 && d.read_exec_only == 1 && d.seg_32bit == 0 &&
           d.limit_in_pages == 0 && d.seg_not_present == 1 && d.useable == 0;
}

} // namespace forkproof
