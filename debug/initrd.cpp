#include "debug/initrd.hpp"

#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

namespace forkproof::runner {
namespace fs = std::filesystem;

image::Bytes archive_program(const image::Bytes& program, fs::perms more, const fs::path& workplace) {
    const fs::path tree = workplace / "initrd";
    fs::create_directory(tree);
    image::write_file(tree / "program", program);
    fs::permissions(tree / "program", static_cast<fs::perms>(0755) | more);
    // A fixed time, as a fixed owner and renumbered inodes: two runs have the same image to the byte.
    fs::last_write_time(tree / "program", std::chrono::file_clock::from_sys(std::chrono::sys_seconds{}));

    const fs::path archive = fs::absolute(workplace / "program.cpio");
    const std::string command =
        fmt::format("cd '{}' && echo program | cpio -o -H newc --reproducible --owner=0:0 --quiet >'{}'",
                    tree.string(), archive.string());
    if (std::system(command.c_str()) != 0) throw image::Error("cpio failed to archive the program");
    return image::read_file(archive);
}

} // namespace forkproof::runner
