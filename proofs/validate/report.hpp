// All forms, several at a time, and what is printed about them.
#pragma once
#include "proofs/validate/privileged.hpp"
#include <optional>

namespace forkproof::proofs {

struct Report {
    std::vector<FormResult> forms;
    std::vector<std::string> not_asked;    ///< privileged forms, where Bochs is not to be asked
    std::vector<std::string> no_semantics; ///< forms at which the prover stops
};

struct Request {
    std::string processor; ///< the program tests/native/processor.cpp
    unsigned cases = 1000; ///< for each form that is not privileged
    unsigned jobs = 1;     ///< forms at a time
    std::string only;      ///< one form's name, or empty
    bool unicorn = false;  ///< asked too; its differences count for nothing
    std::optional<BochsFiles> bochs;
};

/// Throws NoProcessor, NoBochs, image::Error.
[[nodiscard]] Report check_all(const Forms& forms, const Request& request);

/// The exit status: 0 if each form had its cases and nothing differs.
[[nodiscard]] int print(const Report& report, bool list);

} // namespace forkproof::proofs
