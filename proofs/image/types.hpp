// The types of the kernel as a table.
#pragma once
#include "proofs/image/debug_info.hpp"
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace forkproof::proofs {

using TypeId = u32;

struct Member {
    std::string name; // empty: the members of its type are the outer type's own (bases, unnamed unions)
    u32 offset;
    TypeId type;
    u32 bits, bit_offset; // of a bit field, from the byte at offset; bits 0: none
};

struct Type {
    enum class Kind : u8 {
        scalar,
        boolean,
        enumeration,
        pointer,
        record,
        array,
        function
    } kind = Kind::scalar;
    std::string name;
    u32 size = 0;
    bool is_signed = false;
    std::string pointee;         // of a pointer
    std::vector<Member> members; // of a record, by offset
    TypeId element = 0;          // of an array
    u32 count = 0;               // of an array; 0: as many as there are
    std::vector<std::pair<std::string, i64>> enumerators;
};

/// Hashes names without making strings of them.
struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
};
template <class T>
using ByName = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

struct TypeTable {
    explicit TypeTable(const DebugInfo& info);

    std::vector<Type> types;
    ByName<std::vector<TypeId>> by_name; // several: unnamed namespaces of several files have one each
    std::map<u32, TypeId> variables;     // by address
    ByName<std::set<TypeId>> constants; // constexpr variables, of which g++ tells values instead of addresses
};

} // namespace forkproof::proofs
