// Everything that is asked about one form.
#pragma once
#include "proofs/validate/model.hpp"
#include "proofs/validate/processor.hpp"
#include "proofs/validate/unicorn.hpp"
#include <z3++.h>

namespace forkproof::proofs {

inline constexpr unsigned MOST_EXAMPLES = 3;

struct FormResult {
    std::string form;
    unsigned occurrences = 0;
    unsigned wanted = 0;    ///< cases at least
    unsigned cases = 0;     ///< executed by the processor and on numbers
    unsigned symbolic = 0;  ///< of them compared with the terms as well
    unsigned by_solver = 0; ///< of them with inputs that the solver has made
    unsigned differences = 0;
    unsigned unicorn_cases = 0, unicorn_differences = 0;
    std::vector<std::string> votes;    ///< the first differences to Unicorn
    std::vector<std::string> examples; ///< of differences: instruction, bytes, input, what was expected
};

/// Whether ring 3 may not execute the instruction, or not as ring 0 does: it is Bochs' to validate.
[[nodiscard]] bool privileged(const Instruction& instruction);

/// The semantics of one form against the processor, on at least this many cases.
class FormCheck {
  public:
    /// `unicorn` votes too, where there is one.
    FormCheck(z3::context& z3, Processor& processor, Unicorn* unicorn, unsigned cases)
        : z3_(z3), processor_(processor), unicorn_(unicorn), cases_(cases) {}

    /// Throws CannotTell if the instruction has no semantics.
    [[nodiscard]] FormResult check(const std::string& name, const FormOfCode& form);

  private:
    void check_site(const Site& site, unsigned cases, Random& random);
    void run(const Site& site, std::span<const Case> inputs);
    void vote(const Site& site, const Case& input, const Outcome& outcome);
    void differs(const Site& site, const Case& input, const std::string& how);

    z3::context& z3_;
    Processor& processor_;
    Unicorn* unicorn_;
    unsigned cases_;
    unsigned votes_ = 0; ///< of Unicorn on the site that is looked at
    FormResult result_;
};

} // namespace forkproof::proofs
