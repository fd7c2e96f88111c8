#include "proofs/stack/code.hpp"
#include "proofs/image/elf.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace forkproof::proofs::stack {

const Range* Code::around(Address a) const {
    auto next = functions_.upper_bound(a);
    if (next == functions_.begin()) return nullptr;
    const Range& f = std::prev(next)->second;
    return f.holds(a) ? &f : nullptr;
}

std::string Code::where(Address a) const {
    const Range* f = around(a);
    if (!f) return fmt::format("{:#x}", a);
    return a == f->begin ? f->name : fmt::format("{}+{:#x}", f->name, a - f->begin);
}

bool Code::has(const std::string& name) const {
    return std::ranges::any_of(functions_, [&](const auto& f) { return f.second.name == name; });
}

Address Code::entry(const std::string& name) const {
    std::optional<Address> found;
    for (const auto& [begin, f] : functions_) {
        if (f.name != name) continue;
        if (found) throw Stopped(fmt::format("the image has several functions '{}': ask for another", name));
        found = begin;
    }
    if (!found) throw Stopped(fmt::format("the image has no function '{}': name one that it has", name));
    return *found;
}

const Range& Code::object(const std::string& name) const {
    for (const auto& o : objects_)
        if (o.name == name) return o;
    throw Stopped(fmt::format("the image has no object '{}': name one that it has", name));
}

std::span<const std::uint8_t> Code::code_at(Address a) const {
    for (const auto& s : segments_)
        if (s.executable && s.holds(a)) return std::span(s.bytes).subspan(a - s.begin);
    return {};
}

std::uint32_t Code::word(Address a) const {
    for (const auto& s : segments_) {
        if (!s.holds(a) || !s.holds(a + 3)) continue;
        std::uint32_t w = 0;
        for (Address i = 4; i-- > 0;) w = w << 8 | s.bytes[a - s.begin + i];
        return w;
    }
    throw Stopped(fmt::format("no word of the image lies at {:#x}", a));
}

bool fits(const std::string& name, const std::string& pattern) {
    return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern;
}

namespace {

/// "put_mm" of "put_mm.part.0": a part has the frame of its own, but the same reasons hold for it.
std::string without_mark(const std::string& name) {
    for (const char* mark : {".part.", ".isra.", ".constprop.", ".cold"})
        if (const auto at = name.find(mark); at != std::string::npos) return name.substr(0, at);
    return name;
}

/// As far as the image names addresses after it.
Range object_of(const Image& image, const std::string& name) {
    const Address begin = image.symbol(name);
    const std::string plain = image.name_of(begin);
    Address end = begin;
    while (image.holds(end, 4) && (end == begin || image.name_of(end).starts_with(plain + "+"))) end += 4;
    return {name, begin, end - begin};
}

} // namespace

Code code_of(const Image& image, const std::vector<std::string>& objects) {
    Code code;
    for (const Section& s : image.sections()) {
        if (s.zero) continue;
        Segment segment{s.address, std::vector<std::uint8_t>(s.size), s.executable};
        image.read(s.address, segment.bytes);
        code.add(std::move(segment));
    }
    for (const Function& f : image.functions())
        code.add_function({without_mark(f.name), f.address, f.size, f.with_arguments});
    try {
        for (const auto& name : objects) code.add_object(object_of(image, name));
    } catch (const BadImage& bad) {
        throw Stopped(bad.what());
    }
    return code;
}

} // namespace forkproof::proofs::stack
