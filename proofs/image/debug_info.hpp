// libdw's view of a kernel's debug information, and the little that every reader of it needs.
#pragma once
#include "proofs/image/elf_file.hpp"
#include <elfutils/libdw.h>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace forkproof::proofs {

/// One compilation unit: a source file and what it includes.
struct Unit {
    Dwarf_Die die;
    std::string name; // "kernel/files/fdtable.cpp"
};

class DebugInfo {
  public:
    /// Throws BadImage if the file has no debug information.
    explicit DebugInfo(const ElfFile& file);

    [[nodiscard]] const ElfFile& file() const { return file_; }
    /// In the order of the file.
    [[nodiscard]] const std::vector<Unit>& units() const { return units_; }
    [[nodiscard]] Dwarf* get() const { return dwarf_.get(); }

  private:
    struct Close {
        void operator()(Elf* elf) const;
        void operator()(Dwarf* dwarf) const;
    };
    ElfFile file_;
    std::unique_ptr<Elf, Close> elf_; // outlives the other
    std::unique_ptr<Dwarf, Close> dwarf_;
    std::vector<Unit> units_;
};

/// A file of the tree as it is called there: without "./", and without the folder that the tree lay in.
std::string source_name(std::string_view path, std::string_view unit_name);

/// Calls f(child) for each; stops with BadImage where the tree is deeper than any compiler makes it.
class Children {
  public:
    explicit Children(const DebugInfo& info) : info_(info) {}
    void each(Dwarf_Die& parent, const std::function<void(Dwarf_Die&)>& f);

  private:
    const DebugInfo& info_;
    unsigned depth_ = 0;
};

/// The attribute's value, also where the entry completes or instantiates another that has it.
std::optional<std::uint64_t> number(Dwarf_Die& die, unsigned attribute);
bool flag(Dwarf_Die& die, unsigned attribute);
/// DW_AT_name; empty if there is none.
std::string written_name(Dwarf_Die& die);
/// Where a variable of static storage lies.
std::optional<u32> static_address(Dwarf_Die& variable);
/// Calls f(low, high) for each stretch of code of an entry.
void each_range(Dwarf_Die& die, const std::function<void(u32, u32)>& f);

} // namespace forkproof::proofs
