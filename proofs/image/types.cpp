#include "proofs/image/types.hpp"

#include <algorithm>
#include <dwarf.h>
#include <fmt/format.h>
#include <optional>

#include "proofs/image/declared.hpp"

namespace forkproof::proofs {
namespace {

constexpr unsigned DEEPEST = 100; // of types inside types

/// Of "char[3]" and 16: "char[16][3]", as C++ writes an array of 16 of it.
std::string array_of(const std::string& element, u32 count) {
    std::size_t end = element.size();
    while (end > 0 && element[end - 1] == ']') {
        const std::size_t open = element.rfind('[', end - 1);
        if (open == std::string::npos) break;
        end = open;
    }
    return fmt::format("{}[{}]{}", element.substr(0, end), count ? std::to_string(count) : "",
                       element.substr(end));
}

class Reader {
  public:
    Reader(const DebugInfo& info, TypeTable& table)
        : info_(info), table_(table), declared_(info), children_(info) {}

    void read() {
        for (const bool local : {false, true})
            for (const DeclaredType& type : declared_.types())
                if (type.local == local) publish(type);
        for (const auto& [address, die] : declared_.variables()) {
            Dwarf_Die type;
            if (type_of(die, type)) table_.variables[address] = convert(type, 0);
        }
        for (const auto& [name, die] : declared_.constants()) {
            Dwarf_Die type;
            if (type_of(die, type)) table_.constants[name].insert(convert(type, 0));
        }
    }

  private:
    /// The name leads to the type; a definition that every unit repeats is converted once. The bare name of
    /// one that has its file's name too leads to it as well, but never away from the type that is called just
    /// so.
    void publish(const DeclaredType& found) {
        Dwarf_Die die = found.die;
        const std::string full = declared_.name_of(die);
        if (table_.by_name.contains(full)) return;
        const TypeId id = convert(die, 0);
        table_.by_name[full] = {id};
        if (full == found.name) return;
        auto& bare = table_.by_name[found.name];
        if (bare.empty() || table_.types[bare.front()].name != found.name) bare.push_back(id);
    }

    /// The entry that DW_AT_type leads to, typedefs and qualifiers left out; false: void.
    bool type_of(Dwarf_Die die, Dwarf_Die& type) const {
        for (unsigned steps = 0; steps < DEEPEST; steps++) {
            Dwarf_Attribute attribute;
            if (!dwarf_attr_integrate(&die, DW_AT_type, &attribute)) return false;
            if (!dwarf_formref_die(&attribute, &type)) damaged(die, "a type that leads nowhere");
            switch (dwarf_tag(&type)) {
            case DW_TAG_typedef:
            case DW_TAG_const_type:
            case DW_TAG_volatile_type:
            case DW_TAG_restrict_type:
            case DW_TAG_atomic_type: die = type; break;
            default: return true;
            }
        }
        damaged(die, "a type that leads to itself");
    }

    [[noreturn]] void damaged(Dwarf_Die& die, const std::string& what) const {
        info_.file().fail(fmt::format("debug information: {} at {:#x}: damaged, build it again", what,
                                      dwarf_dieoffset(&die)));
    }

    TypeId add(Type type) {
        table_.types.push_back(std::move(type));
        return static_cast<TypeId>(table_.types.size() - 1);
    }

    TypeId convert(Dwarf_Die die, unsigned depth) {
        const Dwarf_Off offset = dwarf_dieoffset(&die);
        if (const auto known = converted_.find(offset); known != converted_.end()) return known->second;
        if (depth > DEEPEST) damaged(die, "a type inside itself");
        const std::string name = declared_.name_of(die);
        const int tag = dwarf_tag(&die);
        const bool repeated = is_record(tag) || tag == DW_TAG_enumeration_type || tag == DW_TAG_base_type;
        if (const auto same = table_.by_name.find(name); repeated && same != table_.by_name.end()) {
            const Type& other = table_.types[same->second.front()];
            if (same->second.size() == 1 && other.size == number(die, DW_AT_byte_size))
                return converted_[offset] = same->second.front();
        }
        const TypeId id = make(die, tag, name, depth);
        if (!declared_.has_name(die)) table_.by_name.try_emplace(table_.types[id].name, std::vector{id});
        return converted_[offset] = id;
    }

    TypeId make(Dwarf_Die& die, int tag, const std::string& name, unsigned depth) {
        Type type;
        type.name = name;
        type.size = static_cast<u32>(number(die, DW_AT_byte_size).value_or(0));
        switch (tag) {
        case DW_TAG_typedef: {
            Dwarf_Die target;
            if (type_of(die, target)) return convert(target, depth + 1);
            type.name = "void";
            break;
        }
        case DW_TAG_base_type: {
            const auto encoding = number(die, DW_AT_encoding).value_or(0);
            if (encoding == DW_ATE_boolean) type.kind = Type::Kind::boolean;
            type.is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
            break;
        }
        case DW_TAG_pointer_type:
        case DW_TAG_reference_type:
        case DW_TAG_rvalue_reference_type: {
            Dwarf_Die target;
            type.kind = Type::Kind::pointer;
            type.pointee = type_of(die, target) ? pointee_name(target, depth + 1) : "void";
            type.name = type.pointee + "*";
            if (const auto same = table_.by_name.find(type.name); same != table_.by_name.end())
                return same->second.front();
            const std::string key = type.name;
            const TypeId id = add(std::move(type));
            table_.by_name[key] = {id};
            return id;
        }
        case DW_TAG_array_type: return make_array(die, depth);
        case DW_TAG_enumeration_type: make_enumeration(die, type); break;
        case DW_TAG_structure_type:
        case DW_TAG_class_type:
        case DW_TAG_union_type: make_record(die, type, depth); break;
        case DW_TAG_subroutine_type: type.kind = Type::Kind::function, type.name = "(function)"; break;
        case DW_TAG_ptr_to_member_type: type.name = "(pointer to member)"; break;
        default: break;
        }
        return add(std::move(type));
    }

    /// Without converting what it points to: pointers make circles.
    std::string pointee_name(Dwarf_Die& target, unsigned depth) {
        switch (dwarf_tag(&target)) {
        case DW_TAG_subroutine_type: return "(function)";
        case DW_TAG_pointer_type:
        case DW_TAG_reference_type:
        case DW_TAG_rvalue_reference_type:
        case DW_TAG_array_type: return table_.types[convert(target, depth)].name;
        default: return declared_.name_of(target);
        }
    }

    TypeId make_array(Dwarf_Die& die, unsigned depth) {
        std::vector<u32> counts;
        children_.each(die, [&](Dwarf_Die& range) {
            if (dwarf_tag(&range) != DW_TAG_subrange_type) return;
            std::uint64_t count = number(range, DW_AT_count).value_or(0);
            if (const auto last = number(range, DW_AT_upper_bound)) count = *last + 1;
            counts.push_back(static_cast<u32>(count));
        });
        Dwarf_Die element;
        if (!type_of(die, element)) damaged(die, "an array of nothing");
        TypeId id = convert(element, depth + 1);
        for (std::size_t i = counts.size(); i-- > 0;) {
            Type type;
            type.kind = Type::Kind::array;
            type.name = array_of(table_.types[id].name, counts[i]);
            type.element = id;
            type.count = counts[i];
            const std::uint64_t size = std::uint64_t{table_.types[id].size} * counts[i];
            if (size > ~u32{0}) damaged(die, "an array larger than memory");
            type.size = static_cast<u32>(size);
            const std::string key = type.name;
            if (const auto same = table_.by_name.find(key);
                same != table_.by_name.end() && table_.types[same->second.front()].element == id) {
                id = same->second.front();
                continue;
            }
            id = add(std::move(type));
            table_.by_name.try_emplace(key, std::vector{id});
        }
        return id;
    }

    void make_enumeration(Dwarf_Die& die, Type& type) {
        type.kind = Type::Kind::enumeration;
        Dwarf_Die underlying;
        auto encoding = number(die, DW_AT_encoding);
        if (!encoding && type_of(die, underlying)) encoding = number(underlying, DW_AT_encoding);
        type.is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
        children_.each(die, [&](Dwarf_Die& child) {
            Dwarf_Attribute value;
            if (dwarf_tag(&child) != DW_TAG_enumerator || !dwarf_attr(&child, DW_AT_const_value, &value))
                return;
            Dwarf_Sword as_signed = 0;
            Dwarf_Word as_unsigned = 0;
            if (type.is_signed)
                dwarf_formsdata(&value, &as_signed);
            else if (dwarf_formudata(&value, &as_unsigned) == 0)
                as_signed = static_cast<Dwarf_Sword>(as_unsigned);
            type.enumerators.emplace_back(written_name(child), as_signed);
        });
    }

    void make_record(Dwarf_Die& die, Type& type, unsigned depth) {
        type.kind = Type::Kind::record;
        children_.each(die, [&](Dwarf_Die& child) {
            const int tag = dwarf_tag(&child);
            Dwarf_Die of;
            if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) || flag(child, DW_AT_external) ||
                !type_of(child, of))
                return;
            Member member{.name = tag == DW_TAG_member ? written_name(child) : "",
                          .offset = static_cast<u32>(number(child, DW_AT_data_member_location).value_or(0)),
                          .type = convert(of, depth + 1),
                          .bits = static_cast<u32>(number(child, DW_AT_bit_size).value_or(0)),
                          .bit_offset = 0};
            if (const auto bit = number(child, DW_AT_data_bit_offset)) {
                member.offset = static_cast<u32>(*bit / 8);
                member.bit_offset = *bit % 8;
            }
            const u32 size =
                member.bits ? (member.bit_offset + member.bits + 7) / 8 : table_.types[member.type].size;
            if (member.offset > type.size || size > type.size - member.offset)
                // An empty base or member may lie anywhere.
                if (size > 1) damaged(child, "a member outside its type");
            type.members.push_back(std::move(member));
        });
        std::stable_sort(type.members.begin(), type.members.end(),
                         [](const Member& a, const Member& b) { return a.offset < b.offset; });
    }

    const DebugInfo& info_;
    TypeTable& table_;
    const Declared declared_;
    Children children_;
    std::unordered_map<Dwarf_Off, TypeId> converted_;
};

} // namespace

TypeTable::TypeTable(const DebugInfo& info) { Reader(info, *this).read(); }

} // namespace forkproof::proofs
