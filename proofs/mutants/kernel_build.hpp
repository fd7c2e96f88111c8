// Builds the kernel with one source file changed: that file is compiled as the Makefile compiles it, all
// other objects are taken as they are.
#pragma once
#include "proofs/mutants/edits.hpp"

namespace forkproof::proofs::mutants {

class KernelBuild {
  public:
    /// Reads BUILD/kernel.how, which the Makefile writes: two lines, how one source is compiled ("{source}",
    /// "{object}") and how the kernel is linked ("{kernel}").
    explicit KernelBuild(const std::string& build_folder);

    /// Where a mutant's source, object and kernel lie.
    [[nodiscard]] std::string folder(const SourceMutant& mutant) const;
    /// The path of the mutant's kernel, built in its folder. Throws BadEdit with the compiler's first error.
    [[nodiscard]] std::string build(const SourceMutant& mutant) const;

  private:
    std::string build_folder_, compile_, link_;
};

} // namespace forkproof::proofs::mutants
