#include "proofs/validate/forms.hpp"
#include "proofs/machine/memory.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::size_t MOST_ENCODINGS = 24;

/// FNV-1a
std::uint64_t hash(const Bytes& bytes) {
    std::uint64_t h = 0xcbf29ce484222325;
    for (const auto b : bytes) h = (h ^ b) * 0x100000001b3;
    return h;
}

/// Encodings that differ in displacement and immediate only are one.
Bytes without_numbers(const Instruction& i, Bytes bytes) {
    auto clear = [&](unsigned offset, unsigned bits) {
        for (unsigned n = 0; n < bits / 8; n++) bytes[offset + n] = 0;
    };
    clear(i.z.raw.disp.offset, i.z.raw.disp.size);
    for (const auto& imm : i.z.raw.imm) clear(imm.offset, imm.size);
    return bytes;
}

} // namespace

Instruction decoded(const Bytes& bytes, std::uint32_t address) {
    const Decoder decoder(
        [&](std::uint32_t at) { return at - address < bytes.size() ? bytes[at - address] : -1; });
    return decoder.at(address);
}

std::string hex(const Bytes& bytes) {
    std::string line;
    for (const auto b : bytes) line += fmt::format("{}{:02X}", line.empty() ? "" : " ", b);
    return line;
}

void Forms::add(const ElfFile& file) {
    for (const auto& section : file.sections()) {
        if (!(section.header.sh_flags & SHF_EXECINSTR) || section.header.sh_type != SHT_PROGBITS) continue;
        const auto low = section.header.sh_addr, high = low + section.header.sh_size;
        const Decoder decoder(
            [&](std::uint32_t at) { return at >= low && at < high ? section.bytes[at - low] : -1; });
        for (auto at = low; at < high;) {
            const auto& i = decoder.at(at);
            const auto begin = section.bytes.begin() + (at - low);
            add(i, Bytes(begin, begin + i.length));
            at = i.next();
        }
    }
}

void Forms::add(const Bytes& bytes) {
    const Instruction i = decoded(bytes, 0);
    if (i.length == bytes.size()) return add(i, bytes);
    const Instruction second = decoded(Bytes(bytes.begin() + i.length, bytes.end()), i.length);
    auto& pair = forms_[proofs::form(i) + "; " + proofs::form(second)];
    pair.occurrences++;
    pair.pair = true;
    pair.encodings.emplace(hash(bytes), bytes);
}

void Forms::add(const Instruction& i, const Bytes& bytes) {
    auto& form = forms_[proofs::form(i)];
    form.occurrences++;
    form.encodings.emplace(hash(without_numbers(i, bytes)), bytes);
    if (form.encodings.size() > MOST_ENCODINGS) form.encodings.erase(std::prev(form.encodings.end()));
}

} // namespace forkproof::proofs
