// The layout of the kernel's structures, read from its debug information: nothing that the prover knows of an
// offset is written down twice.
#pragma once
#include "proofs/image/elf_file.hpp"
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forkproof::proofs {

/// A member, or a part of one. References count as pointers. Names of types are resolved (no typedefs, no
/// const), without the project's namespace.
struct Field {
    std::string type; // "Task*", "unsigned int", "ListNode[3]"
    u32 offset = 0, size = 0;
    bool pointer = false, is_enum = false, is_bool = false;
    std::string pointee; // "Task"; of void* "void"
    u32 bits = 0;        // of a bit field how many, from bit_offset of the byte at offset; else 0
    u32 bit_offset = 0;
    bool is_signed = false;
};

/// A scalar inside a structure.
struct Leaf : Field {
    std::string path; // "pids[1].node.next"; an array of characters is one leaf
};

/// Answers are remembered, and stay valid as long as any copy of the Layouts they came from.
class Layouts {
  public:
    /// Throws BadImage as Image::load does.
    static Layouts load(const std::string& path);
    explicit Layouts(const ElfFile& file);

    /// A type is named without the project's namespace ("Task", "List<Vma, &Vma::node>", "u32"); "Task*" and
    /// "Task[3]" are types too. Where several unnamed namespaces have one of that name:
    /// "Slot@kernel/mm/cache.cpp". Everything here throws BadImage, one line, where there is no such type,
    /// field or variable.
    [[nodiscard]] u32 size_of(std::string_view type) const;
    /// "signal", "pids[1].node.next", "action[3].mask"; of an array "[3].mask". Bases' members are the type's
    /// own.
    [[nodiscard]] const Field& field(std::string_view type, std::string_view path) const;
    /// The scalars, arrays unrolled, by offset.
    [[nodiscard]] const std::vector<Leaf>& leaves(std::string_view type) const;
    /// "pids[1].node.next"; inside a scalar "vruntime+4", "comm[3]"; "(padding)"; "(outside)".
    [[nodiscard]] std::string name_at(std::string_view type, u32 offset) const;
    /// "rq" is a "Runqueue". Variables are named as for Image::symbol.
    [[nodiscard]] const std::string& type_of_variable(const std::string& symbol) const;
    /// Names, without the enumeration's own, and values, as they are written.
    [[nodiscard]] const std::vector<std::pair<std::string, i64>>& enumerators(std::string_view type) const;

  private:
    struct Data;
    std::shared_ptr<const Data> data_;
};

} // namespace forkproof::proofs
