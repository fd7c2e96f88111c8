#include "debug/tempdir.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace forkproof::runner {

TempDir::TempDir(const std::filesystem::path& parent) {
    std::filesystem::create_directories(parent);
    std::string name = (parent / "run.XXXXXX").string();
    if (!::mkdtemp(name.data()))
        throw std::filesystem::filesystem_error("cannot make a temporary folder", name,
                                                std::error_code(errno, std::generic_category()));
    path_ = name;
}

TempDir::~TempDir() {
    std::error_code ignored; // nothing to be done about it here, and the run's result stands
    std::filesystem::remove_all(path_, ignored);
}

} // namespace forkproof::runner
