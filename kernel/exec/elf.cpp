#include "kernel/exec/elf.hpp"
#include "kernel/mm/mm.hpp"

namespace forkproof {

namespace {

// The System V ABI's "Object Files" chapter: offsets in the ELF header and in a program header.
constexpr u32 EI_CLASS = 4, EI_DATA = 5, E_TYPE = 16, E_MACHINE = 18, E_ENTRY = 24, E_PHOFF = 28,
              E_PHENTSIZE = 42, E_PHNUM = 44, EHDR_SIZE = 52;
constexpr u32 P_TYPE = 0, P_OFFSET = 4, P_VADDR = 8, P_FILESZ = 16, P_MEMSZ = 20, P_FLAGS = 24, P_ALIGN = 28,
              PHDR_SIZE = 32;
constexpr u8 ELFCLASS32 = 1, ELFCLASS64 = 2, ELFDATA2LSB = 1;
constexpr u32 ET_REL = 1, ET_EXEC = 2, ET_DYN = 3, ET_CORE = 4;
constexpr u32 EM_386 = 3;
constexpr u32 PT_LOAD = 1, PT_INTERP = 3;

constexpr Text BUILD_STATIC = "build it with: gcc -m32 -static";

struct MachineName {
    u32 machine;
    const char* name;
};
// linux/elf-em.h: the machines that people are likely to have built for.
constexpr MachineName machines[] = {{2, "SPARC"},     {8, "MIPS"},     {20, "PowerPC"},   {21, "PowerPC-64"},
                                    {22, "S/390"},    {40, "ARM"},     {43, "SPARC V9"},  {62, "x86-64"},
                                    {183, "AArch64"}, {243, "RISC-V"}, {258, "LoongArch"}};

Text machine_name(u32 machine) {
    for (const auto& m : machines)
        if (m.machine == machine) return m.name;
    return "another processor";
}

/// Little-endian numbers at checked offsets of the file.
class Bytes {
  public:
    explicit Bytes(Text file) : file_(file) {}
    [[nodiscard]] bool has(u64 offset, u64 size) const {
        return size <= file_.size && offset <= file_.size - size;
    }
    [[nodiscard]] u8 at(u32 offset) const { return static_cast<u8>(file_.data[offset]); }
    [[nodiscard]] u32 half(u32 offset) const { return at(offset) | static_cast<u32>(at(offset + 1)) << 8; }
    [[nodiscard]] u32 word(u32 offset) const { return half(offset) | half(offset + 2) << 16; }
    [[nodiscard]] Text slice(u32 offset, u32 size) const { return {file_.data + offset, size}; }

  private:
    Text file_;
};

bool refuse(ElfError& error, Text why, Text detail = {}, Text advice = {}) {
    error = {why, detail, advice};
    return false;
}

/// Says what the file is if it is no ELF file.
bool check_magic(Text file, ElfError& error) {
    if (file.size == 0) return refuse(error, "it is an empty file");
    if (file.starts_with("\177ELF")) return true;
    if (file.starts_with("#!")) {
        const Text line = file.from(2).until(128);
        return refuse(error, "it is a script, for ", line.until(line.find('\n')),
                      "only static i386 ELF programs run");
    }
    if (file.starts_with("MZ")) return refuse(error, "it is a program for DOS or Windows", {}, BUILD_STATIC);
    if (file.starts_with("!<arch>\n")) return refuse(error, "it is a library (.a)", {}, BUILD_STATIC);
    return refuse(error, "it is not an ELF file (it does not begin with 7f 45 4c 46)", {}, BUILD_STATIC);
}

bool check_header(Bytes b, ElfError& error) {
    if (!b.has(0, E_MACHINE + 2)) return refuse(error, "it is cut off within its ELF header");
    if (b.at(EI_DATA) != ELFDATA2LSB) return refuse(error, "it is a big-endian ELF", {}, BUILD_STATIC);
    const u32 machine = b.half(E_MACHINE);
    if (b.at(EI_CLASS) == ELFCLASS64)
        return refuse(error, "it is a 64-bit ELF for ", machine_name(machine), BUILD_STATIC);
    if (b.at(EI_CLASS) != ELFCLASS32) return refuse(error, "its ELF class is neither 32 nor 64 bits");
    if (machine == 62) return refuse(error, "it is an x32 ELF for x86-64", {}, BUILD_STATIC);
    if (machine != EM_386)
        return refuse(error, "it is a 32-bit ELF for ", machine_name(machine), BUILD_STATIC);
    if (!b.has(0, EHDR_SIZE)) return refuse(error, "it is cut off within its ELF header");
    switch (b.half(E_TYPE)) {
    case ET_EXEC:
    case ET_DYN: return true; // which of them it is, the program headers must tell first
    case ET_REL: return refuse(error, "it is an object file (.o), not yet linked", {}, BUILD_STATIC);
    case ET_CORE: return refuse(error, "it is a core dump");
    default: return refuse(error, "its ELF type is unknown");
    }
}

bool check_program_headers(Bytes b, ElfError& error) {
    const u32 count = b.half(E_PHNUM);
    if (count == 0) return refuse(error, "it has no program headers");
    if (b.half(E_PHENTSIZE) != PHDR_SIZE) return refuse(error, "its program headers are not 32 bytes each");
    if (count > ELF_MAX_HEADERS) return refuse(error, "it has more than 64 program headers");
    if (!b.has(b.word(E_PHOFF), u64{count} * PHDR_SIZE))
        return refuse(error, "its program headers lie outside the file (is it cut off?)");
    return true;
}

/// The file names a dynamic linker: says which.
bool refuse_interpreter(Bytes b, u32 header, ElfError& error) {
    const u32 offset = b.word(header + P_OFFSET), size = b.word(header + P_FILESZ);
    Text path = b.has(offset, size) ? b.slice(offset, size) : Text("a dynamic linker");
    path = path.until(128);
    return refuse(error, "it is dynamically linked: it needs ", path.until(path.find('\0')), BUILD_STATIC);
}

bool overlaps(const ElfSegment& a, const ElfSegment& b) {
    return page_down(a.vaddr) < page_up(b.vaddr + b.memsz) && page_down(b.vaddr) < page_up(a.vaddr + a.memsz);
}

bool add_segment(Bytes b, u32 header, ElfImage& image, ElfError& error) {
    const ElfSegment s{.vaddr = b.word(header + P_VADDR),
                       .memsz = b.word(header + P_MEMSZ),
                       .offset = b.word(header + P_OFFSET),
                       .filesz = b.word(header + P_FILESZ),
                       .flags = b.word(header + P_FLAGS) & (PF_R | PF_W | PF_X)};
    const u32 align = b.word(header + P_ALIGN);
    if (s.filesz > s.memsz) return refuse(error, "a segment has more bytes in the file than in memory");
    if (!b.has(s.offset, s.filesz)) return refuse(error, "a segment lies outside the file (is it cut off?)");
    if (s.memsz == 0) return true;
    if (s.vaddr < MMAP_MIN_ADDR) return refuse(error, "a segment lies below address 0x10000");
    if (u64{s.vaddr} + s.memsz > TASK_SIZE)
        return refuse(error, "a segment reaches above address 0xc0000000, where the kernel is");
    if ((align & (align - 1)) != 0) return refuse(error, "a segment's alignment is not a power of two");
    // Files are mapped by pages: a byte's place in its page is the same in the file and in memory.
    if (s.filesz != 0 && (s.vaddr - s.offset) % PAGE_SIZE != 0)
        return refuse(error, "a segment's address and file offset differ within a page");
    if (image.loads == ELF_MAX_LOADS) return refuse(error, "it has more than 16 segments to load");
    for (u32 i = 0; i < image.loads; i++)
        if (overlaps(image.load[i], s)) return refuse(error, "two of its segments share a page");
    image.load[image.loads++] = s;
    return true;
}

/// Where the program headers are once the file is loaded.
u32 phdr_address(const ElfImage& image, u32 phoff) {
    const u64 end = u64{phoff} + image.phnum * PHDR_SIZE;
    for (u32 i = 0; i < image.loads; i++) {
        const ElfSegment& s = image.load[i];
        if (s.offset <= phoff && end <= u64{s.offset} + s.filesz) return s.vaddr + (phoff - s.offset);
    }
    return 0;
}

bool in_a_segment(const ElfImage& image, u32 address) {
    for (u32 i = 0; i < image.loads; i++)
        if (address >= image.load[i].vaddr && address - image.load[i].vaddr < image.load[i].memsz)
            return true;
    return false;
}

} // namespace

bool parse_elf(Text file, ElfImage& image, ElfError& error) {
    image = {};
    error = {};
    const Bytes b(file);
    if (!check_magic(file, error) || !check_header(b, error) || !check_program_headers(b, error))
        return false;

    const u32 phoff = b.word(E_PHOFF);
    image.entry = b.word(E_ENTRY);
    image.phnum = b.half(E_PHNUM);
    image.phentsize = PHDR_SIZE;
    for (u32 i = 0; i < image.phnum; i++) {
        const u32 header = phoff + i * PHDR_SIZE;
        if (b.word(header + P_TYPE) == PT_INTERP) return refuse_interpreter(b, header, error);
    }
    if (b.half(E_TYPE) == ET_DYN)
        return refuse(error, "it is a shared library or a static-pie program (ET_DYN)", {},
                      "build it with: gcc -m32 -static -no-pie");
    for (u32 i = 0; i < image.phnum; i++) {
        const u32 header = phoff + i * PHDR_SIZE;
        if (b.word(header + P_TYPE) == PT_LOAD && !add_segment(b, header, image, error)) return false;
    }
    if (image.loads == 0) return refuse(error, "it has no segment to load");
    if (!in_a_segment(image, image.entry)) return refuse(error, "its entry point is in none of its segments");
    image.phdr = phdr_address(image, phoff);
    return true;
}

} // namespace forkproof
