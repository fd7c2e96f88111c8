// A number that tells contents apart (FNV-1a, 64 bits): against accident, not against malice.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace forkproof::proofs {

class Fingerprint {
  public:
    Fingerprint& add(std::string_view bytes) {
        number(bytes.size()); // so that "ab", "c" is not "a", "bc"
        for (const char c : bytes) byte(static_cast<unsigned char>(c));
        return *this;
    }
    Fingerprint& number(std::uint64_t n) {
        for (unsigned shift = 0; shift < 64; shift += 8) byte(static_cast<unsigned char>(n >> shift));
        return *this;
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

  private:
    void byte(unsigned char b) { value_ = (value_ ^ b) * 0x100000001b3; }

    std::uint64_t value_ = 0xcbf29ce484222325;
};

/// The program that runs, to the byte, and the Z3 under it.
std::string prover_fingerprint();

/// 16 hexadecimal digits.
std::string hex(std::uint64_t number);

} // namespace forkproof::proofs
