#include "proofs/world/world.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {
constexpr std::uint32_t OBJECT_SPACING = 0x1000;
}

World::World(z3::context& z3, const Image& image, const Layouts& layouts, const Valuation* replay)
    : z3_(z3), image_(image), layouts_(layouts), replay_(replay), next_object_(START_OBJECTS) {}

Word World::any(const std::string& name, unsigned width) const {
    if (!replay_) return Word(z3_.bv_const(name.c_str(), width));
    const auto found = replay_->find(name);
    if (found != replay_->end()) return {width, found->second};
    // What the counterexample does not speak of may be anything: a value of its own, not the same for all.
    std::uint64_t hash = 0xcbf29ce484222325; // FNV-1a
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return {width, hash ^ hash >> 32};
}

void World::add(std::uint32_t address, Region region) {
    const auto* before = region_at(address);
    if (before && before->first == address && before->second.size == region.size) return;
    if (before) throw CannotTell(fmt::format("{} and {} overlap", region.name, before->second.name));
    regions_.emplace(address, std::move(region));
}

/// A bool is 0 or 1, and what the compiler has made of it relies on that.
void World::type_invariants(std::uint32_t address, const std::string& type) {
    for (const Leaf& leaf : layouts_.leaves(type))
        if (leaf.is_bool) {
            const std::uint32_t at = address + leaf.offset;
            set({at, "bool", 1}, zext(any(name_of(at) + "?", 1), 8));
        }
}

Place World::object(const std::string& type, const std::string& name, const std::string& kind) {
    const std::uint32_t size = layouts_.size_of(type);
    const std::uint32_t address = next_object_;
    next_object_ += (size + OBJECT_SPACING - 1) / OBJECT_SPACING * OBJECT_SPACING;
    add(address, {size, name, type, kind});
    type_invariants(address, type);
    return {address, type, size};
}

Place World::global(const std::string& name) {
    const std::uint32_t address = image_.symbol(name);
    const std::string type = layouts_.type_of_variable(name);
    const std::uint32_t size = layouts_.size_of(type);
    const bool known = regions_.contains(address);
    add(address, {size, name, type, ""});
    if (!known) type_invariants(address, type);
    return {address, type, size};
}

Place World::bytes(std::uint32_t address, std::uint32_t size, const std::string& name,
                   const std::string& kind) {
    add(address, {size, name, "", kind});
    return {address, "", size};
}

Place World::array(std::uint32_t address, const std::string& type, std::uint32_t count,
                   const std::string& name) {
    const std::uint32_t element = layouts_.size_of(type);
    add(address, {element * count, name, type, "", element});
    return {address, type, element * count};
}

Place World::field(const Place& of, const std::string& path) const {
    const Field f = layouts_.field(of.type, path);
    return {of.address + f.offset, f.type, f.size};
}

void World::set(const Place& place, const Word& value) {
    if (value.width() != place.size * 8)
        throw CannotTell(
            fmt::format("{} has {} bits, not {}", name_of(place.address), place.size * 8, value.width()));
    // Whole words at a time, as memory itself does it.
    Memory words(std::shared_ptr<const Backing>(this, [](const Backing*) {}));
    words.poke(place.address, value);
    for (const auto& [at, written] : words.written()) words_.insert_or_assign(at, written.value);
}

Word World::get(const Place& place) const {
    const Memory words(std::shared_ptr<const Backing>(this, [](const Backing*) {}));
    return words.peek(place.address, place.size);
}

void World::empty_list(const Place& node) { ring({node}); }

void World::ring(const std::vector<Place>& nodes) {
    for (std::size_t i = 0; i < nodes.size(); i++) {
        const Place& next = nodes[(i + 1) % nodes.size()];
        set({nodes[i].address, "", 4}, next.address);
        set({next.address + 4, "", 4}, nodes[i].address);
    }
}

const std::pair<const std::uint32_t, World::Region>* World::region_at(std::uint32_t address) const {
    auto after = regions_.upper_bound(address);
    if (after == regions_.begin()) return nullptr;
    --after;
    return address - after->first < after->second.size ? &*after : nullptr;
}

std::string World::name_of(std::uint32_t address) const {
    const auto* found = region_at(address);
    if (!found) return image_.holds(address, 1) ? image_.name_of(address) : fmt::format("{:#x}", address);
    const auto& [start, region] = *found;
    std::uint32_t offset = address - start;
    if (region.element != 0) {
        const std::uint32_t index = offset / region.element;
        offset %= region.element;
        return fmt::format("{}[{}].{}", region.name, index, layouts_.name_at(region.type, offset));
    }
    if (region.type.empty()) return offset == 0 ? region.name : fmt::format("{}[{:#x}]", region.name, offset);
    const std::string path = layouts_.name_at(region.type, offset);
    if (path.empty()) return region.name;
    return region.name + (image_.holds(start, 1) ? "." : "->") + path;
}

Word World::initial(std::uint32_t address) const {
    if (const auto found = words_.find(address); found != words_.end()) return found->second;
    const bool known_memory = region_at(address) != nullptr;
    if (!known_memory && image_.holds(address, 4)) {
        read_of_image_.insert(address);
        return word32(image_.word(address));
    }
    const Word word = any(known_memory ? name_of(address) : fmt::format("garbage at {:#x}", address), 32);
    words_.emplace(address, word);
    return word;
}

void World::check(std::uint32_t address, unsigned bytes, bool write) const {
    const char* act = write ? "write" : "read";
    if (const auto* found = region_at(address)) {
        if (address + bytes > found->first + found->second.size)
            throw Violation(fmt::format("{} at {} goes beyond its end", act, name_of(address)));
        return;
    }
    if (image_.holds(address, bytes)) {
        const Section* section = image_.section_at(address);
        if (!section->writable && !write) return;
        if (!section->writable)
            throw Violation(fmt::format("write to {}, which is constant", name_of(address)));
    }
    throw Violation(fmt::format("{} at {}, which nothing in the start state allows", act, name_of(address)));
}

} // namespace forkproof::proofs
