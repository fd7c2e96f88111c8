#include "proofs/machine/memory.hpp"

namespace forkproof::proofs {

namespace {
constexpr unsigned WORD_BYTES = 4;
}

Word Memory::word_at(std::uint32_t aligned) const {
    const auto found = written_.find(aligned);
    return found != written_.end() ? found->second.value : backing_->initial(aligned);
}

Word Memory::peek(std::uint32_t address, unsigned bytes) const {
    const std::uint32_t first = address & ~(WORD_BYTES - 1);
    const unsigned skip = address - first;
    std::optional<Word> all;
    for (std::uint32_t at = first; at < address + bytes; at += WORD_BYTES) {
        const unsigned low = at < address ? skip : 0;
        const std::uint32_t left = address + bytes - at;
        const unsigned high = left < WORD_BYTES ? left : WORD_BYTES;
        const Word part = extract(word_at(at), high * 8 - 1, low * 8);
        all = all ? concat(part, *all) : part;
    }
    return *all;
}

void Memory::poke(std::uint32_t address, const Word& value, std::uint32_t by) {
    const unsigned bytes = value.width() / 8;
    const std::uint32_t first = address & ~(WORD_BYTES - 1);
    for (std::uint32_t at = first; at < address + bytes; at += WORD_BYTES) {
        // Which bytes of this word are replaced: low .. high - 1.
        const unsigned low = at < address ? address - at : 0;
        const std::uint32_t left = address + bytes - at;
        const unsigned high = left < WORD_BYTES ? left : WORD_BYTES;
        const unsigned from = at + low - address;
        Word word = extract(value, (from + high - low) * 8 - 1, from * 8);
        if (low != 0 || high != WORD_BYTES) {
            const Word old = word_at(at);
            if (low != 0) word = concat(word, extract(old, low * 8 - 1, 0));
            if (high != WORD_BYTES) word = concat(extract(old, 31, high * 8), word);
        }
        written_.insert_or_assign(at, Written{word, by});
    }
}

const std::pair<const std::uint32_t, Block>* Memory::block_at(std::uint32_t address) const {
    auto after = blocks.upper_bound(address);
    if (after == blocks.begin()) return nullptr;
    --after;
    return address - after->first < after->second.size ? &*after : nullptr;
}

} // namespace forkproof::proofs
