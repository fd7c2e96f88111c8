// Code by hand for the stack analysis: functions as bytes, a table of pointers.
#pragma once
#include "proofs/stack/depth.hpp"
#include <initializer_list>

namespace forkproof::tests {

using Bytes = std::vector<std::uint8_t>;

inline constexpr proofs::stack::Address FUNCTIONS = 0x1000, FUNCTION_SIZE = 0x40, TABLE = 0x8000;

/// Functions, each FUNCTION_SIZE after the one before, filled with nop, and a table of words.
struct HandMade {
    explicit HandMade(const std::vector<std::pair<std::string, Bytes>>& functions,
                      const std::vector<proofs::stack::Address>& table = {}) {
        proofs::stack::Segment text{FUNCTIONS, Bytes(functions.size() * FUNCTION_SIZE, 0x90), true};
        for (std::size_t i = 0; i < functions.size(); i++) {
            const auto& [name, bytes] = functions[i];
            std::copy(bytes.begin(), bytes.end(), text.bytes.begin() + static_cast<long>(i * FUNCTION_SIZE));
            const auto begin = static_cast<proofs::stack::Address>(FUNCTIONS + i * FUNCTION_SIZE);
            code.add_function({name, begin, static_cast<proofs::stack::Address>(bytes.size())});
        }
        code.add(std::move(text));
        proofs::stack::Segment data{TABLE, {}, false};
        for (const auto word : table)
            for (unsigned shift = 0; shift < 32; shift += 8)
                data.bytes.push_back(static_cast<std::uint8_t>(word >> shift));
        code.add_object({"table", TABLE, static_cast<proofs::stack::Address>(data.bytes.size())});
        code.add(std::move(data));
    }

    proofs::stack::Code code;
    proofs::stack::Reader reader{code};
};

/// The function of this number.
constexpr proofs::stack::Address function(unsigned number) { return FUNCTIONS + number * FUNCTION_SIZE; }

/// A jump or call with this opcode at `offset` of function `from` to function `to`.
inline Bytes go(std::uint8_t opcode, unsigned from, unsigned offset, unsigned to) {
    const auto distance = static_cast<std::uint32_t>(function(to) - (function(from) + offset + 5));
    return {opcode, static_cast<std::uint8_t>(distance), static_cast<std::uint8_t>(distance >> 8),
            static_cast<std::uint8_t>(distance >> 16), static_cast<std::uint8_t>(distance >> 24)};
}
inline constexpr std::uint8_t CALL = 0xe8, JUMP = 0xe9;

inline Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// What the analysis says where it stops; empty: it did not.
template <class Ask>
std::string stopped(Ask ask) {
    try {
        ask();
    } catch (const proofs::stack::Stopped& stop) {
        return stop.what();
    }
    return "";
}

} // namespace forkproof::tests
