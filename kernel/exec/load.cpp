// The memory of a new program, built beside the old one: nothing here touches the task, so that every failure
// leaves it as it was.
#include "kernel/arch/cpu.hpp"
#include "kernel/exec/elf.hpp"
#include "kernel/exec/exec.hpp"
#include "kernel/mm/page_table.hpp"

namespace forkproof {

namespace {

// Auxiliary vector (linux-2.6.33 linux/auxvec.h)
enum Aux : u32 {
    AT_NULL = 0,
    AT_PHDR = 3,
    AT_PHENT = 4,
    AT_PHNUM = 5,
    AT_PAGESZ = 6,
    AT_BASE = 7,
    AT_FLAGS = 8,
    AT_ENTRY = 9,
    AT_UID = 11,
    AT_EUID = 12,
    AT_GID = 13,
    AT_EGID = 14,
    AT_PLATFORM = 15,
    AT_HWCAP = 16,
    AT_CLKTCK = 17,
    AT_SECURE = 23,
    AT_RANDOM = 25,
    AT_EXECFN = 31
};

constexpr u32 CLOCKS_PER_SECOND = 100; // USER_HZ
constexpr u32 RANDOM_BYTES = 16;
constexpr u32 STACK_ALIGNMENT = 16; // System V ABI

u32 cpuid_features() {
    u32 a = 1, b, c, d;
    asm volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    return d;
}

/// Writes into memory that is not the active one. ENOMEM.
Errno write_memory(Mm& mm, u32 address, const void* bytes, u32 size) {
    for (u32 done = 0; done < size;) {
        if (handle_mm_fault(mm, address + done, Access::write) != FaultResult::ok) return Errno::ENOMEM;
        const u32 offset = (address + done) % PAGE_SIZE;
        const u32 room = PAGE_SIZE - offset;
        const u32 piece = size - done < room ? size - done : room;
        memcpy(static_cast<u8*>(page_of(mapped_frame(mm, address + done))) + offset,
               static_cast<const u8*>(bytes) + done, piece);
        done += piece;
    }
    return Errno::OK;
}

Errno map_segments(Mm& mm, const ElfImage& elf, Text file) {
    u32 end = 0;
    for (u32 i = 0; i < elf.loads; i++) {
        const ElfSegment& s = elf.load[i];
        const u32 flags = (s.flags & PF_R ? VM_READ : 0U) | (s.flags & PF_W ? VM_WRITE : 0U) |
                          (s.flags & PF_X ? VM_EXEC : 0U);
        const Text bytes(file.data + s.offset, s.filesz);
        const u32 top = page_up(s.vaddr + s.memsz);
        if (const Errno e = map_region(mm, page_down(s.vaddr), top, flags, bytes, s.vaddr); e != Errno::OK)
            return e;
        if (s.flags & PF_X) {
            mm.start_code = s.vaddr;
            mm.end_code = s.vaddr + s.memsz;
        }
        if (top > end) end = top;
    }
    mm.start_brk = mm.brk = end;
    return Errno::OK;
}

/// Sixteen bytes for the C library's canary: pseudo-random, and the same in every run.
void fill_random(u8 (&bytes)[RANDOM_BYTES]) {
    static u32 state = 0x2545f491; // xorshift32 (Marsaglia 2003)
    for (u8& b : bytes) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        b = static_cast<u8>(state);
    }
}

/// Puts words on the new stack one after the other, upwards.
class StackWriter {
  public:
    StackWriter(Mm& mm, u32 at) : mm_(mm), at_(at) {}
    void word(u32 w) {
        if (error_ == Errno::OK) error_ = write_memory(mm_, at_, &w, sizeof w);
        at_ += sizeof w;
    }
    void aux(Aux key, u32 value) {
        word(key);
        word(value);
    }
    [[nodiscard]] Errno error() const { return error_; }

  private:
    Mm& mm_;
    u32 at_;
    Errno error_ = Errno::OK;
};

constexpr u32 AUX_PAIRS = 17;

Errno copy_strings(Mm& mm, u32 to, const ArgBlock& args) {
    for (u32 done = 0; done < args.size();) {
        const Text piece = args.piece(done);
        if (const Errno e = write_memory(mm, to + done, piece.data, static_cast<u32>(piece.size));
            e != Errno::OK)
            return e;
        done += static_cast<u32>(piece.size);
    }
    return Errno::OK;
}

/// The address of each string in turn: they stand one after the other, argv's first.
void write_pointers(StackWriter& w, const ArgBlock& args, u32 strings) {
    u32 n = 0;
    bool at_start = true;
    const u32 total = args.argc() + args.envc();
    if (args.argc() == 0) w.word(0);
    for (u32 offset = 0; offset < args.size() && n < total;) {
        const Text piece = args.piece(offset);
        for (std::size_t i = 0; i < piece.size; i++) {
            if (at_start) {
                w.word(strings + offset + static_cast<u32>(i));
                at_start = false;
            }
            if (piece.data[i] != 0) continue;
            at_start = true;
            n++;
            if (n == args.argc()) w.word(0);
        }
        offset += static_cast<u32>(piece.size);
    }
    w.word(0);
}

/// Linux's initial stack: argc, argv, envp, auxiliary vector; above them the strings (shared with every
/// libc).
Errno build_stack(Mm& mm, const ElfImage& elf, const ArgBlock& args, const Cred& cred, bool secure, u32& sp) {
    const u32 top = STACK_TOP - sizeof(u32); // a null word ends the stack
    const u32 room = page_up(args.size() + PAGE_SIZE);
    if (!range_free(mm, STACK_TOP - room, STACK_TOP))
        return Errno::ENOEXEC; // a segment lies in the stack's place
    if (const Errno e = map_region(mm, STACK_TOP - room, STACK_TOP, VM_READ | VM_WRITE | VM_GROWSDOWN);
        e != Errno::OK)
        return e;
    const u32 strings = top - args.size();
    if (const Errno e = copy_strings(mm, strings, args); e != Errno::OK) return e;
    u8 random[RANDOM_BYTES];
    fill_random(random);
    const char platform[] = "i686";
    const u32 random_at = (strings - RANDOM_BYTES) & ~(STACK_ALIGNMENT - 1);
    const u32 platform_at = random_at - sizeof platform;
    const u32 words = 1 + args.argc() + 1 + args.envc() + 1 + 2 * AUX_PAIRS;
    sp = (platform_at - words * static_cast<u32>(sizeof(u32))) & ~(STACK_ALIGNMENT - 1);
    if (const Errno e = write_memory(mm, random_at, random, RANDOM_BYTES); e != Errno::OK) return e;
    if (const Errno e = write_memory(mm, platform_at, platform, sizeof platform); e != Errno::OK) return e;

    StackWriter w(mm, sp);
    w.word(args.argc());
    write_pointers(w, args, strings);
    w.aux(AT_HWCAP, cpuid_features());
    w.aux(AT_PAGESZ, PAGE_SIZE);
    w.aux(AT_CLKTCK, CLOCKS_PER_SECOND);
    w.aux(AT_PHDR, elf.phdr);
    w.aux(AT_PHENT, elf.phentsize);
    w.aux(AT_PHNUM, elf.phnum);
    w.aux(AT_BASE, 0);
    w.aux(AT_FLAGS, 0);
    w.aux(AT_ENTRY, elf.entry);
    w.aux(AT_UID, cred.uid);
    w.aux(AT_EUID, cred.euid);
    w.aux(AT_GID, cred.gid);
    w.aux(AT_EGID, cred.egid);
    w.aux(AT_SECURE, secure);
    w.aux(AT_RANDOM, random_at);
    w.aux(AT_PLATFORM, platform_at);
    w.aux(AT_NULL, 0);
    mm.start_stack = sp;
    mm.arg_start = strings;
    mm.arg_end = top;
    return w.error();
}

Errno fill(Mm& mm, const Inode& file, const ArgBlock& args, bool secure, Bprm& bprm) {
    ElfImage elf;
    ElfError why;
    if (!parse_elf(file.data, elf, why)) return Errno::ENOEXEC;
    if (const Errno e = map_segments(mm, elf, file.data); e != Errno::OK) return e;
    bprm.entry = elf.entry;
    return build_stack(mm, elf, args, *bprm.cred, secure, bprm.stack);
}

} // namespace

Errno load_program(const Inode& file, const ArgBlock& arguments, bool secure, Bprm& bprm) {
    Mm* mm = mm_create();
    if (!mm) return Errno::ENOMEM;
    const Errno error = fill(*mm, file, arguments, secure, bprm);
    if (error != Errno::OK) {
        put_mm(mm);
        return error;
    }
    bprm.mm = mm;
    return Errno::OK;
}

} // namespace forkproof
