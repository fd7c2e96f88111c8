#include "proofs/image_fingerprint.hpp"
#include "proofs/fingerprint.hpp"
#include "proofs/image/types.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace forkproof::proofs {
namespace {

/// A type as a line that says all of its layout. What it is made of has a line of its own.
std::string line_of(const Type& type, const TypeTable& table) {
    std::string line = fmt::format("{} {} {} {} {}", static_cast<int>(type.kind), type.name, type.size,
                                   type.is_signed, type.pointee);
    for (const Member& member : type.members)
        line += fmt::format("; {} {} {} {} {}", member.name, member.offset, table.types[member.type].name,
                            member.bits, member.bit_offset);
    for (const auto& [name, value] : type.enumerators) line += fmt::format("; {} {}", name, value);
    if (type.kind == Type::Kind::array)
        line += fmt::format("; {} of {}", type.count, table.types[type.element].name);
    return line;
}

bool in_code(const RawSymbol& symbol, const ElfFile& file) {
    return symbol.section < file.sections().size() &&
           (file.sections()[symbol.section].header.sh_flags & SHF_EXECINSTR) != 0;
}

/// Data by name and address, and the layouts of all types: what a theorem may have looked up.
std::string names_in(const ElfFile& file) {
    std::set<std::string> lines; // in an order that does not depend on which unit comes first
    const TypeTable table{DebugInfo(file)};
    for (const Type& type : table.types) lines.insert(line_of(type, table));
    for (const auto& [address, type] : table.variables)
        lines.insert(fmt::format("{:08x} {}", address, table.types[type].name));
    for (const RawSymbol& symbol : file.symbols())
        if (!in_code(symbol, file))
            lines.insert(fmt::format("{:08x} {} {}", symbol.address, symbol.name, symbol.size));
    Fingerprint all;
    for (const std::string& line : lines) all.add(line);
    return hex(all.value());
}

std::string whole_of(const Image& image) {
    Fingerprint all;
    all.number(image.hash());
    for (const Function& function : image.functions())
        all.add(function.with_arguments).number(function.address);
    return hex(all.value());
}

} // namespace

ImageFingerprint fingerprint_of(const Image& image, const ElfFile& file) {
    ImageFingerprint made;
    made.whole = whole_of(image);
    made.names = names_in(file);
    made.of_range = [image](std::uint32_t begin, std::uint32_t end) -> std::optional<std::string> {
        if (begin >= end) return {};
        std::string bytes(end - begin, '\0');
        for (std::uint32_t at = begin; at < end;) {
            const std::span<u8> rest(reinterpret_cast<u8*>(bytes.data()) + (at - begin), end - at);
            const unsigned read = image.read(at, rest);
            if (read == 0) return {};
            at += read;
        }
        return hex(Fingerprint().add(bytes).value());
    };
    made.address_of = [image](const std::string& function) -> std::optional<std::uint32_t> {
        const auto found = image.functions_named(function);
        if (found.size() != 1) return {};
        return found[0]->address;
    };
    return made;
}

} // namespace forkproof::proofs
