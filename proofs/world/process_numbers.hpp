// Pid namespaces for scenes in which numbers are given out, and the contracts of alloc_number and pid_bucket.
// That the real functions keep to them is proved in theorems/helpers_numbers.cpp.
#pragma once
#include "proofs/world/scene.hpp"
#include <memory>

namespace forkproof::proofs {

/// A pid namespace, and the number that it gives next: any number at all. Of the bitmap only the byte of that
/// number is there, so that nothing else can be touched.
struct NumberSpace {
    Place ns;     ///< a PidNs
    Word number;  ///< what alloc_number gives
    Place byte;   ///< of the bitmap, with the number's bit
    Place bucket; ///< of the hash: where pid_bucket puts the number
    [[nodiscard]] Word bit_of_number() const;
};

class NumberSpaces {
  public:
    explicit NumberSpaces(Scene& scene);
    /// Gives this namespace a bitmap and a number. Its bucket is an own one, or that of `same_bucket`, and
    /// holds `others` other numbers.
    void add(const Place& ns, unsigned others = 0, const NumberSpace* same_bucket = nullptr);
    [[nodiscard]] const NumberSpace& of(std::uint32_t ns) const;
    [[nodiscard]] const std::vector<NumberSpace>& all() const { return *spaces_; }
    /// From here on the scene's alloc_number and pid_bucket are these contracts. A pid namespace that the
    /// path itself has made gives its first number, 1, and puts it in a bucket where nothing else is.
    void use_contracts(bool may_fail = true);
    /// That contract of alloc_number, for who has one of his own around it.
    [[nodiscard]] Contract alloc_contract(bool may_fail) const;

  private:
    Scene& scene_;
    std::shared_ptr<std::vector<NumberSpace>> spaces_; // the contracts look at them, too
};

/// As kernel/namespaces/nsproxy.hpp has them.
inline constexpr std::uint32_t PID_MAX = 32768, RESERVED_PIDS = 300;

} // namespace forkproof::proofs
