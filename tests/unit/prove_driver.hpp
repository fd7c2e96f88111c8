// Theorems made up for the tests of `prove` itself, and a folder to play in.
#pragma once
#include "proofs/theorem.hpp"
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>

namespace forkproof::tests {

inline proofs::TheoremReport proved(unsigned paths = 2, unsigned queries = 3) {
    proofs::TheoremReport report;
    report.outcome = proofs::Outcome::proved;
    report.paths = paths;
    report.queries = queries;
    return report;
}

inline proofs::Theorem theorem(const std::string& name,
                               std::function<proofs::TheoremReport(const proofs::Setting&)> run) {
    proofs::Theorem made;
    made.name = name;
    made.sentence = "a sentence";
    made.run = std::move(run);
    return made;
}

inline proofs::Theorem proved_theorem(const std::string& name) {
    return theorem(name, [](const proofs::Setting&) { return proved(); });
}

/// A folder of the test's own, gone afterwards.
class Folder {
  public:
    Folder() {
        std::string name = testing::TempDir() + "prove-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

} // namespace forkproof::tests
