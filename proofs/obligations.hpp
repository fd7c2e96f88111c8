// The questions that a theorem has put to Z3, written as SMT-LIB with Z3's answer, for another solver to
// answer (second_opinion.hpp).
#pragma once
#include <string>
#include <z3++.h>

namespace forkproof::proofs {

class Obligations {
  public:
    /// One theorem's. Nothing is written if the folder is "".
    Obligations(std::string folder, const std::string& theorem);

    [[nodiscard]] bool wanted() const { return !folder_.empty(); }
    /// Writes FOLDER/group.subject.NNNN.smt2: these facts of QF_BV together are `answer`, which is kept in
    /// the line (set-info :status ...). Throws std::runtime_error if the file cannot be written.
    void write(const std::string& words, const z3::expr_vector& facts, z3::check_result answer);

  private:
    std::string folder_, theorem_;
    unsigned written_ = 0;
};

/// A theorem's name as part of a file's name: steps/copy-mm is steps.copy-mm.
std::string as_file_name(std::string theorem);

} // namespace forkproof::proofs
