#pragma once
#include <filesystem>

namespace forkproof::runner {

/// A folder of its own for one run, below `parent`; it and all in it are removed when the object goes.
/// Throws std::filesystem::filesystem_error.
class TempDir {
  public:
    explicit TempDir(const std::filesystem::path& parent);
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

} // namespace forkproof::runner
