// proofs/image/ reads the linked kernel: its bytes as they are loaded, its functions and objects by name,
// source lines, the layout of its structures, and whether a disk image boots these very bytes.
#pragma once
#include "proofs/image/elf_file.hpp"
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace forkproof::proofs {

/// What is loaded from one section; `zero` ones (.bss) have no bytes in the file.
struct Section {
    std::string name;
    u32 address, size;
    bool executable, writable, zero;
};

struct Linked;

/// A function, or a label of the assembly files. No two overlap: where control can fall from one into the
/// next, each ends where the next begins.
struct Function {
    std::string
        name; // without namespaces and arguments; what g++ split off keeps its suffix: "put_mm.part.0"
    u32 address, size;
    u32 filling; // bytes between its end and the next function, which only align that
    std::string with_arguments;

    [[nodiscard]] u32 end() const { return address + size; }
};

/// The kernel as linked, and over it the bytes of a mutant. Copies are cheap: they share everything else.
class Image {
  public:
    /// Throws BadImage, one line, unless the file is an i386 kernel with symbols and debug information.
    static Image load(const std::string& path);
    /// The same of a file in memory.
    explicit Image(const ElfFile& file);

    [[nodiscard]] const std::string& file_name() const;
    [[nodiscard]] u32 entry() const;
    [[nodiscard]] const std::vector<Elf32_Phdr>& segments() const;

    /// By address.
    [[nodiscard]] const std::vector<Section>& sections() const;
    [[nodiscard]] const Section* section_at(u32 address) const;
    /// All these bytes are in sections.
    [[nodiscard]] bool holds(u32 address, unsigned bytes) const;
    /// Throws BadImage if no section holds it.
    [[nodiscard]] u8 byte(u32 address) const;
    [[nodiscard]] u32 word(u32 address) const;
    /// Fills `out` from this address on; returns how many bytes there are before the section ends.
    unsigned read(u32 address, std::span<u8> out) const;

    /// Throws BadImage if no section holds these bytes.
    void patch(u32 address, std::span<const u8> bytes);
    /// Of the names, addresses and bytes of all sections, patches included.
    [[nodiscard]] std::uint64_t hash() const;

    /// By address. Every executable byte is in one, or in its filling.
    [[nodiscard]] const std::vector<Function>& functions() const;
    /// The function that the address is in, or in the filling of; null outside the executable sections.
    [[nodiscard]] const Function* function_at(u32 address) const;
    /// By name; where several have it, by "name(arguments)" or "name@kernel/files/pipe.cpp". Throws BadImage
    /// if there is none, or more than one.
    [[nodiscard]] const Function& function(const std::string& name) const;
    [[nodiscard]] std::vector<const Function*> functions_named(const std::string& name) const;
    /// The address of a function, a label or an object, named in the same ways.
    [[nodiscard]] u32 symbol(const std::string& name) const;
    /// "acquire_files+0x1c", "rq+0x8", ".rodata+0x10" between objects, "0x1234" outside the kernel.
    [[nodiscard]] std::string name_of(u32 address) const;
    /// "kernel/files/fdtable.cpp:58", or "".
    [[nodiscard]] std::string line_of(u32 address) const;
    /// The functions whose bodies the instruction is part of, the innermost inlined one first, the real one
    /// last; empty outside functions.
    [[nodiscard]] std::vector<std::string> inlined_at(u32 address) const;

  private:
    [[noreturn]] void no_byte(u32 address) const;

    std::shared_ptr<const Linked> linked_;
    std::map<u32, u8> patched_; // differs from what was linked
};

/// Throws BadImage unless the disk image's kernel is loaded to the same addresses, with the same bytes in
/// every section and nothing besides, and entered at the same address. The line says where it differs first.
void check_disk_image(const Image& image, const std::string& disk_image_path);
/// The same of a kernel's file.
void check_loadable(const Image& image, const ElfFile& kernel);

} // namespace forkproof::proofs
