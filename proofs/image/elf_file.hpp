// An ELF32 file of the i386, read whole and checked: every table and every section lies inside the file. What
// the parts mean is elf.hpp's and dwarf.hpp's matter.
#pragma once
#include "proofs/image/integers.hpp"
#include <elf.h>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace forkproof::proofs {

/// A file that is not what it should be. what() is one line: the file, what is wrong, what to do.
struct BadImage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The header of a section, with its name and the bytes that the file has of it.
struct RawSection {
    std::string name;
    Elf32_Shdr header;
    std::span<const u8> bytes;
};

struct RawSymbol {
    std::string name;
    u32 address, size;
    unsigned type, binding; // STT_*, STB_*
    u32 section;            // its number, or SHN_ABS and the like
};

class ElfFile {
  public:
    /// Throws BadImage naming the file.
    static ElfFile load(const std::string& path);
    /// The same of bytes that are in memory; `name` is what errors call them.
    ElfFile(std::string name, std::vector<u8> bytes);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::span<const u8> bytes() const { return *bytes_; }
    [[nodiscard]] u32 entry() const { return header_.e_entry; }
    [[nodiscard]] const std::vector<RawSection>& sections() const { return sections_; }
    /// The PT_LOAD ones.
    [[nodiscard]] const std::vector<Elf32_Phdr>& segments() const { return segments_; }
    /// Those that are defined and have a name; empty if the file is stripped.
    [[nodiscard]] std::vector<RawSymbol> symbols() const;

    /// Throws BadImage: "NAME: WHAT".
    [[noreturn]] void fail(const std::string& what) const;

  private:
    /// `size` bytes at `offset` of the file, or BadImage: `what` is outside.
    [[nodiscard]] std::span<const u8> at(std::uint64_t offset, std::uint64_t size,
                                         const std::string& what) const;
    void read_segments();
    void read_sections();

    std::string name_;
    std::shared_ptr<const std::vector<u8>> bytes_;
    Elf32_Ehdr header_{};
    std::vector<RawSection> sections_;
    std::vector<Elf32_Phdr> segments_;
};

} // namespace forkproof::proofs
