#include "proofs/image/dwarf.hpp"

#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mutex>

#include "proofs/image/sorted.hpp"
#include "proofs/image/symbols.hpp"
#include "proofs/image/types.hpp"

namespace forkproof::proofs {
namespace {

constexpr std::size_t MOST_LEAVES = 1U << 20;

/// What a path has led to so far.
struct Where {
    TypeId type;
    u32 offset = 0;
    u32 bits = 0, bit_offset = 0;
};

bool is_character(const Type& type) {
    return type.kind == Type::Kind::scalar && type.size == 1 && type.name.find("char") != std::string::npos;
}

void describe(const Type& type, const Where& where, Field& field) {
    field.type = type.name;
    field.offset = where.offset;
    field.size = where.bits ? (where.bit_offset + where.bits + 7) / 8 : type.size;
    field.pointer = type.kind == Type::Kind::pointer;
    field.is_enum = type.kind == Type::Kind::enumeration;
    field.is_bool = type.kind == Type::Kind::boolean;
    field.is_signed = type.is_signed;
    field.pointee = type.pointee;
    field.bits = where.bits;
    field.bit_offset = where.bit_offset;
}

} // namespace

struct Layouts::Data {
    explicit Data(const DebugInfo& info)
        : name(info.file().name()), table(info), symbols(info.file(), CodeMap(info)) {
        fields.resize(table.types.size());
        leaves.resize(table.types.size());
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw BadImage(fmt::format("{}: {}", name, what));
    }
    [[nodiscard]] const Type& type(TypeId id) const { return table.types[id]; }

    [[nodiscard]] TypeId find(std::string_view type_name) const {
        const auto found = table.by_name.find(type_name);
        if (found == table.by_name.end()) fail(fmt::format("the kernel has no type {}", type_name));
        if (found->second.size() > 1) {
            std::vector<std::string> ways;
            for (const TypeId id : found->second) ways.push_back(type(id).name);
            fail(fmt::format("the kernel has {} types {}; say which: {}", ways.size(), type_name,
                             fmt::join(ways, ", ")));
        }
        return found->second.front();
    }

    /// One step into a record; false if it has no such member.
    [[nodiscard]] bool enter(Where& where, std::string_view member_name) const {
        for (const Member& member : type(where.type).members) {
            Where inside{member.type, where.offset + member.offset, member.bits, member.bit_offset};
            if (member.name == member_name || (member.name.empty() && enter(inside, member_name))) {
                where = inside;
                return true;
            }
        }
        return false;
    }

    /// One step into an array; the rest of the path behind the bracket.
    [[nodiscard]] std::string_view index(Where& where, std::string_view path, std::string_view all) const {
        const Type& array = type(where.type);
        u32 number = 0;
        const auto [end, error] = std::from_chars(path.data() + 1, path.data() + path.size(), number);
        if (error != std::errc() || end == path.data() + path.size() || *end != ']')
            fail(fmt::format("{}: not a path of fields, as pids[1].node.next is", all));
        if (array.kind != Type::Kind::array) fail(fmt::format("{}: {} is no array", all, array.name));
        if (array.count != 0 && number >= array.count)
            fail(fmt::format("{}: {} has {} elements", all, array.name, array.count));
        where = {array.element, where.offset + number * type(array.element).size};
        return path.substr(static_cast<std::size_t>(end + 1 - path.data()));
    }

    [[nodiscard]] Where follow(TypeId from, std::string_view path) const {
        Where where{from};
        for (std::string_view rest = path; !rest.empty();) {
            if (rest.front() == '[') {
                rest = index(where, rest, path);
                continue;
            }
            if (rest.front() == '.' && rest.data() != path.data()) rest.remove_prefix(1);
            const std::string_view member = rest.substr(0, rest.find_first_of(".["));
            const std::string& record = type(where.type).name;
            if (member.empty() || !enter(where, member))
                fail(fmt::format("{} has no field {}", record, member.empty() ? path : member));
            rest.remove_prefix(member.size());
        }
        return where;
    }

    void add_leaves(const Where& where, const std::string& path, std::vector<Leaf>& out) const {
        const Type& t = type(where.type);
        if (t.kind == Type::Kind::record) {
            for (const Member& m : t.members)
                add_leaves({m.type, where.offset + m.offset, m.bits, m.bit_offset},
                           m.name.empty() || path.empty() ? path + m.name : path + "." + m.name, out);
        } else if (t.kind == Type::Kind::array && !is_character(type(t.element))) {
            for (u32 i = 0; i < t.count; i++)
                add_leaves({t.element, where.offset + i * type(t.element).size},
                           fmt::format("{}[{}]", path, i), out);
        } else if (t.size > 0) {
            if (out.size() >= MOST_LEAVES) fail(fmt::format("{} has too many scalars to list", path));
            describe(t, where, out.emplace_back());
            out.back().path = path;
        }
    }

    const std::vector<Leaf>& leaves_of(TypeId id) const {
        const std::scoped_lock lock(mutex);
        auto& list = leaves[id];
        if (!list) {
            auto made = std::make_unique<std::vector<Leaf>>();
            add_leaves({id}, "", *made);
            std::stable_sort(made->begin(), made->end(),
                             [](const Leaf& a, const Leaf& b) { return a.offset < b.offset; });
            list = std::move(made);
        }
        return *list;
    }

    std::string name;
    TypeTable table;
    Symbols symbols;
    mutable std::mutex mutex; // of what is remembered:
    mutable std::vector<ByName<Field>> fields;
    mutable std::vector<std::unique_ptr<std::vector<Leaf>>> leaves;
};

Layouts Layouts::load(const std::string& path) { return Layouts(ElfFile::load(path)); }
Layouts::Layouts(const ElfFile& file) : data_(std::make_shared<const Data>(DebugInfo(file))) {}

u32 Layouts::size_of(std::string_view type) const { return data_->type(data_->find(type)).size; }

const Field& Layouts::field(std::string_view type, std::string_view path) const {
    const TypeId id = data_->find(type);
    const std::scoped_lock lock(data_->mutex);
    auto& known = data_->fields[id];
    if (const auto found = known.find(path); found != known.end()) return found->second;
    const Where where = data_->follow(id, path);
    Field field;
    describe(data_->type(where.type), where, field);
    return known.emplace(path, std::move(field)).first->second;
}

const std::vector<Leaf>& Layouts::leaves(std::string_view type) const {
    return data_->leaves_of(data_->find(type));
}

std::string Layouts::name_at(std::string_view type, u32 offset) const {
    const TypeId id = data_->find(type);
    if (offset >= data_->type(id).size) return "(outside)";
    const auto& leaves = data_->leaves_of(id);
    const Leaf* leaf = last_at_or_below(leaves, offset, [](const Leaf& l) { return l.offset; });
    if (!leaf || offset - leaf->offset >= leaf->size) return "(padding)";
    // Of bit fields and of a union's members at this offset the first.
    while (leaf != leaves.data() && leaf[-1].offset == leaf->offset) leaf--;
    const u32 inside = offset - leaf->offset;
    if (leaf->type.ends_with(']')) return fmt::format("{}[{}]", leaf->path, inside);
    return inside == 0 ? leaf->path : fmt::format("{}+{}", leaf->path, inside);
}

const std::string& Layouts::type_of_variable(const std::string& symbol) const {
    const Symbol& found = data_->symbols.only(symbol, data_->symbols.named(symbol), "variable");
    if (found.raw.type != STT_OBJECT) data_->fail(fmt::format("{} is a label, no variable", symbol));
    const auto variable = data_->table.variables.find(found.raw.address);
    if (variable != data_->table.variables.end()) return data_->type(variable->second).name;
    const auto constant = data_->table.constants.find(found.name);
    if (constant == data_->table.constants.end() || constant->second.size() != 1)
        data_->fail(
            fmt::format("the debug information has no variable {}, or several of different types", symbol));
    return data_->type(*constant->second.begin()).name;
}

const std::vector<std::pair<std::string, i64>>& Layouts::enumerators(std::string_view type) const {
    const Type& found = data_->type(data_->find(type));
    if (found.kind != Type::Kind::enumeration) data_->fail(fmt::format("{} is no enumeration", type));
    return found.enumerators;
}

} // namespace forkproof::proofs
