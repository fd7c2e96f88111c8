// What the debug information says of addresses: source lines, inlined functions, the unit of a variable.
#pragma once
#include "proofs/image/debug_info.hpp"
#include <map>
#include <string>
#include <vector>

namespace forkproof::proofs {

class CodeMap {
  public:
    explicit CodeMap(const DebugInfo& info);

    /// "kernel/files/fdtable.cpp:58", or "".
    [[nodiscard]] std::string line_of(u32 address) const;
    /// The functions inlined at an address of the function that begins at `function`, the innermost first.
    [[nodiscard]] std::vector<std::string> inlined_at(u32 address, u32 function) const;
    /// The source file whose unit the function or the variable is part of, or "".
    [[nodiscard]] std::string unit_of(u32 address) const;

  private:
    struct Row {
        u32 address;
        u32 file; // of files_
        int line; // 0: nothing is known from here on
    };
    struct Inlined {
        u32 low, high;
        unsigned depth;
        std::string name;
    };
    struct Stretch {
        u32 low, high;
        std::string unit;
    };
    void read_lines(const Unit& unit);
    void read_scopes(const Unit& unit, Children& children, Dwarf_Die& parent, unsigned depth);

    std::vector<std::string> files_;
    std::map<std::string, u32> file_numbers_;
    std::vector<Row> rows_;          // by address
    std::vector<Inlined> inlined_;   // by low, depth
    std::vector<Stretch> stretches_; // by low
    std::map<u32, std::string> variable_units_;
};

} // namespace forkproof::proofs
