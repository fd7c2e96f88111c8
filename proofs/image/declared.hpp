// What the debug information has names for: types and variables of static storage, wherever they are
// declared.
#pragma once
#include "proofs/image/debug_info.hpp"
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace forkproof::proofs {

/// A named type: the entry of its definition.
struct DeclaredType {
    Dwarf_Die die;
    std::string name; // without the file that tells it from others
    bool local;       // other files may have another of this name: it is in an unnamed namespace
    std::string unit;
};

class Declared {
  public:
    explicit Declared(const DebugInfo& info);

    /// One for every unit that has it.
    [[nodiscard]] const std::vector<DeclaredType>& types() const { return types_; }
    /// By address.
    [[nodiscard]] const std::map<u32, Dwarf_Die>& variables() const { return variables_; }
    /// Those of which g++ tells values instead of addresses.
    [[nodiscard]] const std::vector<std::pair<std::string, Dwarf_Die>>& constants() const {
        return constants_;
    }

    /// The name of a type, declarations too, with its file where it needs one: "Slot@kernel/mm/cache.cpp".
    /// One that has no name is called by its place: "(unnamed kernel/check/fail.cpp:17)".
    [[nodiscard]] std::string name_of(Dwarf_Die& type) const;
    [[nodiscard]] bool has_name(Dwarf_Die& type) const { return names_.contains(dwarf_dieoffset(&type)); }

  private:
    struct Place;
    void collect(Dwarf_Die& parent, const Place& place);
    void collect_one(Dwarf_Die& die, const Place& place);
    void collect_type(Dwarf_Die& die, int tag, const Place& place);
    void tell_apart();

    Children children_;
    std::unordered_map<Dwarf_Off, std::string> names_; // of entries
    std::vector<DeclaredType> types_;
    std::map<u32, Dwarf_Die> variables_;
    std::vector<std::pair<std::string, Dwarf_Die>> constants_;
};

bool is_record(int tag);

} // namespace forkproof::proofs
