// What was proved earlier. A proof holds as long as everything it depends on is the same to the byte: the
// prover, the layouts of types, where data stands, and of the image's bytes either all or those that the
// theorem touched (then also where the functions stand that it knows by name). Only proofs are kept; a file
// that cannot be read is as good as none.
#pragma once
#include "proofs/theorem.hpp"
#include <functional>
#include <optional>

namespace forkproof::proofs {

/// What the cache must know of an image.
struct ImageFingerprint {
    std::string whole; ///< of all bytes, and of where which function stands
    std::string names; ///< of where data stands, and of the layouts of types
    /// Of the bytes [begin, end); nothing if they are not in the image.
    std::function<std::optional<std::string>(std::uint32_t begin, std::uint32_t end)> of_range;
    /// Where the function stands; nothing unless there is exactly one of that name.
    std::function<std::optional<std::uint32_t>(const std::string& function)> address_of;
};

class Cache {
  public:
    /// The folder is made when a proof is kept.
    Cache(std::string folder, std::string prover, ImageFingerprint image, bool full);

    /// The theorem's proof, if it still holds.
    [[nodiscard]] std::optional<TheoremReport> find(const Theorem& theorem) const;
    /// Remembers a proof. True unless it cannot be written.
    bool keep(const Theorem& theorem, const TheoremReport& report) const;

  private:
    [[nodiscard]] std::string path(const Theorem& theorem) const;
    [[nodiscard]] std::string key(const Theorem& theorem) const;

    std::string folder_, prover_;
    ImageFingerprint image_;
    bool full_;
};

} // namespace forkproof::proofs
