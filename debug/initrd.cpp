#include "debug/initrd.hpp"

#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

namespace forkproof::runner {
namespace fs = std::filesystem;

image::Bytes archive_files(const std::vector<InitrdFile>& files, const fs::path& workplace) {
    const fs::path tree = workplace / "initrd";
    fs::create_directory(tree);
    std::string names;
    for (const InitrdFile& file : files) {
        const fs::path at = tree / file.name;
        image::write_file(at, file.contents);
        fs::permissions(at, file.mode);
        // A fixed time, as a fixed owner and renumbered inodes: two runs have the same image to the byte.
        fs::last_write_time(at, std::chrono::file_clock::from_sys(std::chrono::sys_seconds{}));
        names += file.name + "\\n";
    }
    const fs::path archive = fs::absolute(workplace / "more.cpio");
    const std::string command =
        fmt::format("cd '{}' && printf '{}' | cpio -o -H newc --reproducible --owner=0:0 --quiet >'{}'",
                    tree.string(), names, archive.string());
    if (std::system(command.c_str()) != 0) throw image::Error("cpio failed to archive the program");
    return image::read_file(archive);
}

} // namespace forkproof::runner
