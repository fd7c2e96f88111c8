// The symbol table by name, as people say the names, and by address.
#pragma once
#include "proofs/image/code_map.hpp"
#include <unordered_map>

namespace forkproof::proofs {

struct Symbol {
    std::string name;           // "put_mm.part.0"
    std::string with_arguments; // "put_mm(Mm*).part.0"
    RawSymbol raw;
};

class Symbols {
  public:
    Symbols(const ElfFile& file, const CodeMap& map);

    [[nodiscard]] const std::vector<Symbol>& all() const { return all_; }
    /// Those that are called so, one for each address, by address. The name may be one without arguments, one
    /// with them, or name@file, the file being the source file whose unit defines it.
    [[nodiscard]] std::vector<const Symbol*> named(const std::string& name) const;
    /// The only one that is called so; `what` is "function" or "symbol". Throws BadImage: there is none, or
    /// there are several, and how each can be asked for.
    [[nodiscard]] const Symbol& only(const std::string& name, const std::vector<const Symbol*>& found,
                                     const std::string& what) const;

  private:
    void add(const std::string& name, u32 index);

    std::string file_;
    std::vector<Symbol> all_;        // by address; of equals the one that says most first
    std::vector<std::string> units_; // of each of these
    std::unordered_map<std::string, std::vector<u32>> by_name_;
};

} // namespace forkproof::proofs
