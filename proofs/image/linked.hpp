// What all copies of an Image share: the file as it was linked.
#pragma once
#include "proofs/image/elf.hpp"
#include "proofs/image/symbols.hpp"

namespace forkproof::proofs {

struct Linked {
    explicit Linked(const ElfFile& file_);

    ElfFile file;
    CodeMap map;
    Symbols symbols;
    std::vector<Section> sections;          // by address
    std::vector<std::span<const u8>> bytes; // of each of these; none if it is zero
    std::vector<Function> functions;        // by address
    std::uint64_t hash;

  private:
    void read_sections();
    void read_functions();
    void read_functions_of(const Section& section);
};

// FNV-1a, 64 bits.
inline constexpr std::uint64_t HASH_START = 0xcbf29ce484222325;
inline void mix(std::uint64_t& hash, u8 byte) { hash = (hash ^ byte) * 0x100000001b3; }
inline void mix_word(std::uint64_t& hash, u32 word) {
    for (unsigned shift = 0; shift < 32; shift += 8) mix(hash, static_cast<u8>(word >> shift));
}

} // namespace forkproof::proofs
