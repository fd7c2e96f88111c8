#include "proofs/image/elf.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "proofs/image/linked.hpp"
#include "proofs/image/sorted.hpp"

namespace forkproof::proofs {

Image::Image(const ElfFile& file) : linked_(std::make_shared<const Linked>(file)) {}
Image Image::load(const std::string& path) { return Image(ElfFile::load(path)); }

const std::string& Image::file_name() const { return linked_->file.name(); }
u32 Image::entry() const { return linked_->file.entry(); }
const std::vector<Elf32_Phdr>& Image::segments() const { return linked_->file.segments(); }
const std::vector<Section>& Image::sections() const { return linked_->sections; }
const std::vector<Function>& Image::functions() const { return linked_->functions; }
std::string Image::line_of(u32 address) const { return linked_->map.line_of(address); }

const Section* Image::section_at(u32 address) const {
    const Section* section =
        last_at_or_below(linked_->sections, address, [](const Section& s) { return s.address; });
    return section && address - section->address < section->size ? section : nullptr;
}

bool Image::holds(u32 address, unsigned count) const {
    for (u32 left = count; left > 0;) {
        const Section* section = section_at(address);
        if (!section) return false;
        const u32 here = std::min(left, section->address + section->size - address);
        address += here;
        left -= here;
    }
    return true;
}

unsigned Image::read(u32 address, std::span<u8> out) const {
    const Section* section = section_at(address);
    if (!section) return 0;
    const u32 offset = address - section->address;
    const auto count = static_cast<unsigned>(std::min<std::size_t>(out.size(), section->size - offset));
    const auto& bytes = linked_->bytes[static_cast<std::size_t>(section - linked_->sections.data())];
    if (section->zero)
        std::memset(out.data(), 0, count);
    else
        std::memcpy(out.data(), bytes.data() + offset, count);
    for (auto p = patched_.lower_bound(address); p != patched_.end() && p->first - address < count; ++p)
        out[p->first - address] = p->second;
    return count;
}

void Image::no_byte(u32 address) const {
    throw BadImage(fmt::format("{}: no section of the kernel holds address {:#010x}", file_name(), address));
}

u8 Image::byte(u32 address) const {
    u8 value = 0;
    if (read(address, {&value, 1}) != 1) no_byte(address);
    return value;
}

u32 Image::word(u32 address) const {
    u8 bytes[4];
    if (read(address, bytes) != 4)
        for (u32 i = 0; i < 4; i++) bytes[i] = byte(address + i); // across sections, if need be
    u32 value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

void Image::patch(u32 address, std::span<const u8> bytes) {
    if (!holds(address, static_cast<unsigned>(bytes.size()))) no_byte(address);
    for (const u8 byte : bytes) {
        patched_.erase(address);
        if (this->byte(address) != byte) patched_[address] = byte;
        address++;
    }
}

std::uint64_t Image::hash() const {
    std::uint64_t hash = linked_->hash;
    for (const auto& [address, byte] : patched_) {
        mix_word(hash, address);
        mix(hash, byte);
    }
    return hash;
}

const Function* Image::function_at(u32 address) const {
    const Section* section = section_at(address);
    if (!section || !section->executable) return nullptr;
    return last_at_or_below(linked_->functions, address, [](const Function& f) { return f.address; });
}

std::vector<const Function*> Image::functions_named(const std::string& name) const {
    std::vector<const Function*> found;
    for (const Symbol* symbol : linked_->symbols.named(name)) {
        const Function* function = function_at(symbol->raw.address);
        if (function && function->address == symbol->raw.address) found.push_back(function);
    }
    return found;
}

const Function& Image::function(const std::string& name) const {
    std::vector<const Symbol*> found = linked_->symbols.named(name);
    std::erase_if(found, [&](const Symbol* symbol) {
        const Function* function = function_at(symbol->raw.address);
        return !function || function->address != symbol->raw.address;
    });
    return *function_at(linked_->symbols.only(name, found, "function").raw.address);
}

u32 Image::symbol(const std::string& name) const {
    return linked_->symbols.only(name, linked_->symbols.named(name), "symbol").raw.address;
}

std::string Image::name_of(u32 address) const {
    const auto plus = [&](const std::string& name, u32 start) {
        return address == start ? name : fmt::format("{}+{:#x}", name, address - start);
    };
    const Section* section = section_at(address);
    if (!section) return fmt::format("{:#010x}", address);
    if (const Function* function = function_at(address)) return plus(function->name, function->address);
    // By address, and of equals the best first: so the best of the last address that is not above this one.
    const auto& all = linked_->symbols.all();
    auto at = std::upper_bound(all.begin(), all.end(), address,
                               [](u32 wanted, const Symbol& symbol) { return wanted < symbol.raw.address; });
    const Symbol* best = nullptr;
    while (at != all.begin() && (!best || std::prev(at)->raw.address == best->raw.address)) {
        --at;
        if (at->raw.address < section->address) break;
        if (at->raw.section < SHN_LORESERVE) best = &*at;
    }
    if (!best || (best->raw.size != 0 && address - best->raw.address >= best->raw.size))
        return plus(section->name, section->address);
    return plus(best->name, best->raw.address);
}

std::vector<std::string> Image::inlined_at(u32 address) const {
    const Function* function = function_at(address);
    if (!function) return {};
    std::vector<std::string> names = linked_->map.inlined_at(address, function->address);
    names.push_back(function->name);
    return names;
}

} // namespace forkproof::proofs
