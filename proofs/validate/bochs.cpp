#include "proofs/validate/bochs.hpp"
#include "boot/image.hpp"
#include "debug/bochs.hpp"
#include "debug/machine.hpp"
#include "debug/tempdir.hpp"
#include <cstring>
#include <fmt/core.h>
#include <fstream>

namespace forkproof::proofs {

namespace {

constexpr unsigned MEMORY_MEGABYTES = 64;
constexpr unsigned HOST_SECONDS = 120;
constexpr int MOST_ATTEMPTS = 3;

image::Bytes as_bytes(const native::PrivilegedTable& table,
                      const std::vector<native::PrivilegedCase>& cases) {
    image::Bytes bytes(sizeof table + cases.size() * sizeof cases[0]);
    std::memcpy(bytes.data(), &table, sizeof table);
    std::memcpy(bytes.data() + sizeof table, cases.data(), cases.size() * sizeof cases[0]);
    return bytes;
}

/// Until the program's magic breakpoint; then the table goes into a file.
void write_script(const std::string& file, const std::string& results, std::size_t bytes) {
    std::ofstream script(file);
    script << fmt::format("c\nwritemem \"{}\" {:#x} {}\nq\n", results, native::TABLE_AT, bytes);
}

/// What Bochs wrote last, for an error.
std::string last_words(const std::string& said) {
    const auto end = said.find_last_not_of(" \n\r");
    if (end == std::string::npos) return "it said nothing";
    const auto begin = said.find_last_of('\n', end);
    return "it said last: " + said.substr(begin == std::string::npos ? 0 : begin + 1, 200);
}

/// One boot: the table as it was left, or nothing if it did not come to that. `said` is what Bochs wrote.
bool boot_once(const BochsFiles& files, const runner::BochsVersion& version, const image::Bytes& bytes,
               std::vector<native::PrivilegedCase>& cases, std::string& said) {
    const runner::TempDir folder(files.build);
    const auto in_folder = [&](const char* name) { return (folder.path() / name).string(); };
    const image::Bytes disk = image::build({.sector = image::read_file(files.sector),
                                            .loader = image::read_file(files.loader),
                                            .kernel = image::read_file(files.program),
                                            .initrd = bytes,
                                            .cmdline = ""});
    image::write_file(in_folder("disk.img"), disk);
    const runner::Machine machine{.bochsrc = files.bochsrc,
                                  .symbols = "",
                                  .memory_megabytes = MEMORY_MEGABYTES,
                                  .dump_file = "",
                                  .mode = runner::Mode::break_debug};
    const auto command =
        runner::bochs_command(machine, folder.path(), image::geometry(disk.size()), version.debugger_option);
    write_script(in_folder("debugger.rc"), in_folder("results"), bytes.size());
    said.clear();
    runner::run_bochs({.arguments = command, .error_file = in_folder("errors"), .host_seconds = HOST_SECONDS},
                      [&](std::string_view text) { said += text; });
    std::ifstream results(in_folder("results"), std::ios::binary);
    results.ignore(sizeof(native::PrivilegedTable));
    results.read(reinterpret_cast<char*>(cases.data()),
                 static_cast<std::streamsize>(cases.size() * sizeof cases[0]));
    return results.good();
}

} // namespace

void run_in_bochs(const BochsFiles& files, const native::PrivilegedTable& table,
                  std::vector<native::PrivilegedCase>& cases) {
    const auto version = runner::installed_bochs();
    if (version.number.empty())
        throw NoBochs("validate: Bochs is not installed: `make deps` installs it, or says how");
    const image::Bytes bytes = as_bytes(table, cases);
    std::string said;
    // Several Bochs that start in one instant may find no port for their screens: then once more.
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++)
        if (boot_once(files, version, bytes, cases, said)) return;
    throw NoBochs("validate: Bochs has ended before the privileged cases were done; " + last_words(said));
}

} // namespace forkproof::proofs
