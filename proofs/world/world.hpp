// proofs/world/ builds what a run of the kernel's code starts from: objects at known addresses whose fields
// are unknown unless the specification says otherwise, and contracts that stand for functions proved
// elsewhere. What is assumed of the start state is said in words and shown satisfiable.
#pragma once
#include "proofs/image/dwarf.hpp"
#include "proofs/image/elf.hpp"
#include "proofs/machine/memory.hpp"
#include <set>

namespace forkproof::proofs {

/// A typed piece of memory: an object, a field of one, an element of an array.
struct Place {
    std::uint32_t address = 0;
    std::string type; ///< C++ type, as the debug information names it
    std::uint32_t size = 0;
};

/// Values for unknowns: a counterexample under replay.
using Valuation = std::map<std::string, std::uint64_t>;

/// The memory before a run.
class World : public Backing {
  public:
    World(z3::context& z3, const Image& image, const Layouts& layouts, const Valuation* replay);

    /// An unknown of the start state. The same name is the same unknown.
    [[nodiscard]] Word any(const std::string& name, unsigned width = 32) const override;

    /// An object of this type, every field unknown; bools are 0 or 1. `kind` as in kernel/lib/kinds.hpp, for
    /// what the allocator made; "" for what is static or on a stack.
    Place object(const std::string& type, const std::string& name, const std::string& kind = "");
    /// A global variable, under its name.
    Place global(const std::string& name);
    /// Plain memory; its words are called name[offset].
    Place bytes(std::uint32_t address, std::uint32_t size, const std::string& name,
                const std::string& kind = "");
    /// A run of objects at a known address (the frame table), fields unknown.
    Place array(std::uint32_t address, const std::string& type, std::uint32_t count, const std::string& name);

    /// field(parent, "signal"), field(rq, "rt[3].head.next").
    [[nodiscard]] Place field(const Place& of, const std::string& path) const;
    /// Sets a field (of 1, 2, 4 or 8 bytes) of the start state.
    void set(const Place& place, const Word& value);
    void set(const Place& place, std::uint64_t value) { set(place, Word(place.size * 8, value)); }
    /// Sets a pointer.
    void point(const Place& place, const Place& to) { set(place, to.address); }
    [[nodiscard]] Word get(const Place& place) const;
    /// Makes a list head, or a node, an empty list.
    void empty_list(const Place& node);
    /// Links nodes to a ring, in this order: the head first.
    void ring(const std::vector<Place>& nodes);

    /// "parent->signal->count" for an address of the start state, "rq+0x8" for any other.
    [[nodiscard]] std::string name_of(std::uint32_t address) const;

    struct Region {
        std::uint32_t size;
        std::string name, type, kind;
        std::uint32_t element = 0; ///< size of an element, for arrays
    };
    [[nodiscard]] const std::pair<const std::uint32_t, Region>* region_at(std::uint32_t address) const;
    [[nodiscard]] const std::map<std::uint32_t, Region>& regions() const { return regions_; }

    /// Words of the image that a run has read as data: constants, tables.
    [[nodiscard]] const std::set<std::uint32_t>& read_of_image() const { return read_of_image_; }

    [[nodiscard]] const Image& image() const { return image_; }
    [[nodiscard]] const Layouts& layouts() const { return layouts_; }
    [[nodiscard]] z3::context& z3() const { return z3_; }

    // Backing
    [[nodiscard]] Word initial(std::uint32_t address) const override;
    void check(std::uint32_t address, unsigned bytes, bool write) const override;

  private:
    void add(std::uint32_t address, Region region);
    void type_invariants(std::uint32_t address, const std::string& type);

    z3::context& z3_;
    const Image& image_;
    const Layouts& layouts_;
    const Valuation* replay_;
    std::map<std::uint32_t, Region> regions_;
    mutable std::map<std::uint32_t, Word> words_;
    mutable std::set<std::uint32_t> read_of_image_;
    std::uint32_t next_object_;
};

/// Where objects of the start state, and those that contracts allocate, are put: free parts of the kernel's
/// direct map.
inline constexpr std::uint32_t START_OBJECTS = 0xd0000000, FRESH_OBJECTS = 0xe0000000;

} // namespace forkproof::proofs
