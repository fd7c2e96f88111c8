#include "proofs/history/assembler.hpp"

namespace forkproof::proofs {

void Assembler::word(std::uint32_t value) {
    for (int i = 0; i < 4; i++) bytes_.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

void Assembler::with_word(std::initializer_list<std::uint8_t> opcode, std::uint32_t value) {
    put(opcode);
    word(value);
}

void Assembler::memory(std::initializer_list<std::uint8_t> opcode, std::uint32_t at, std::uint32_t value) {
    with_word(opcode, at);
    word(value);
}

void Assembler::relative(std::initializer_list<std::uint8_t> opcode, const std::string& to) {
    put(opcode);
    jumps_.emplace_back(bytes_.size(), to);
    word(0);
}

std::vector<std::uint8_t> Assembler::finished() {
    std::vector<std::uint8_t> bytes = bytes_;
    for (const auto& [at, name] : jumps_) {
        const std::uint32_t next = base_ + static_cast<std::uint32_t>(at) + 4;
        const std::uint32_t offset = labels_.at(name) - next;
        for (std::size_t i = 0; i < 4; i++) bytes[at + i] = static_cast<std::uint8_t>(offset >> 8 * i);
    }
    return bytes;
}

} // namespace forkproof::proofs
