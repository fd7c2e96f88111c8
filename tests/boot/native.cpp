#include "tests/boot/native.hpp"
#include "tests/boot/boot.hpp"
#include "tests/boot/process.hpp"
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace forkproof::boots {
namespace {

class OneAtATime {
  public:
    OneAtATime() : file_(::open(path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
        ::flock(file_, LOCK_EX);
    }
    ~OneAtATime() { ::close(file_); }
    OneAtATime(const OneAtATime&) = delete;
    OneAtATime& operator=(const OneAtATime&) = delete;

  private:
    static std::string path() {
        return std::filesystem::temp_directory_path() / "forkproof-native-tests.lock";
    }
    int file_;
};

} // namespace

NativeRun run_here(const std::string& name, const std::string& folder) {
    const OneAtATime turn;
    const std::string output = own_folder() / "native";
    const int status = execute({.argv = {name},
                                .folder = folder,
                                .empty_environment = true,
                                .output = output,
                                .errors = own_folder() / "native-errors"});
    return {status, text_of(output)};
}

bool refused_here(const NativeRun& run) { return run.output.find("refused here: ") != std::string::npos; }

bool runs_i386() {
    static const bool runs = run_here(test_program("hello"), "").status != cannot_execute;
    return runs;
}

} // namespace forkproof::boots
