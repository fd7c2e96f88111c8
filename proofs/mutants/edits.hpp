// proofs/mutants/ is the proofs' own test: faults are planted in the kernel's machine code (mutation, choose)
// and in its source (edits, kernel_build), and the theorems must refute each (judge). What comes of it is
// kept as JSON (results), so that machines can share the work, and told in a table (summary). Only main.cpp
// is a program.
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

namespace forkproof::proofs::mutants {

/// What is wrong in a list of edits, or with an edit: one line.
struct BadEdit : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Whole lines, each with its line end: the first are taken away, the second put in their place.
struct Replacement {
    std::string before, after;
};

/// A fault in the kernel's source (tests/mutants/README.md says how one is written).
struct SourceMutant {
    std::string name, kind;
    std::string theorem; ///< expected to refute it: a theorem's name, or how it begins
    std::string file;    ///< "kernel/fork/step_creds.cpp"
    std::vector<Replacement> places;
    std::string listed; ///< "steps.edits:12"
};

/// The mutants that a text lists; `where` is what errors call it.
std::vector<SourceMutant> read_edits(const std::string& text, const std::string& where);
/// Those of all files *.edits of a folder, by file name. No two have one name.
std::vector<SourceMutant> read_edits_of_folder(const std::string& folder);

/// The file's text with the mutant's edit. Throws unless each place is found exactly once, and is changed.
std::string with_edit(const SourceMutant& mutant, const std::string& text);

/// A file's content. Throws BadEdit, one line, if it cannot be read.
std::string content_of(const std::string& path);

} // namespace forkproof::proofs::mutants
