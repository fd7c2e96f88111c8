#include "proofs/setting.hpp"
#include "proofs/image/dwarf.hpp"
#include "proofs/image/elf.hpp"
#include "proofs/image_fingerprint.hpp"
#include <filesystem>
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

/// Makes the folder, without the obligations of an earlier run.
void empty_folder(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error)
        for (const auto& entry : std::filesystem::directory_iterator(folder, error))
            if (entry.path().extension() == ".smt2") std::filesystem::remove(entry.path(), error);
    if (error) throw CannotStart(fmt::format("cannot write to {}: {}", folder, error.message()));
}

} // namespace

Start make_setting(const Options& options, bool needs_image) try {
    Start start;
    start.setting.full = options.full;
    start.setting.examples = options.details;
    start.setting.smt_folder = options.smt;
    if (!options.smt.empty()) empty_folder(options.smt);
    if (!needs_image) return start;
    const ElfFile kernel = ElfFile::load(options.kernel);
    const auto image = std::make_shared<const Image>(kernel);
    if (!options.disk_image.empty()) check_disk_image(*image, options.disk_image);
    start.image = fingerprint_of(*image, kernel);
    start.setting.image = image;
    start.setting.layouts = std::make_shared<const Layouts>(kernel);
    start.setting.disk_image = options.disk_image;
    start.setting.boot_memory = options.boot_memory;
    return start;
} catch (const BadImage& error) {
    throw CannotStart(error.what());
}

} // namespace forkproof::proofs
