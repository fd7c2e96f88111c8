#include "debug/machine.hpp"

#include <fstream>

#include <fmt/format.h>

namespace forkproof::runner {
namespace {

// Where the kernel sees physical memory (kernel/arch/layout.inc); writemem takes such addresses.
constexpr std::uint32_t PAGE_OFFSET = 0xc0000000;

// Bochs's debugger reads its commands from a file; each `c` goes on from the stop before. After the last line
// it asks the person, if there is one.
std::string debugger_script(const Machine& machine) {
    const std::string symbols =
        machine.symbols.empty() ? "" : fmt::format("ldsym global \"{}\"\n", machine.symbols);
    switch (machine.mode) {
    case Mode::run:
        return fmt::format("sba {}\nc\nq\n", machine.tick_limit); // a time breakpoint is the limit
    case Mode::debug: return symbols + "lb 0x7c00\nc\n";
    case Mode::break_debug: return symbols + "c\n";
    case Mode::dump: // stopped by whichever comes first, the instruction or the limit
        return fmt::format("lb {:#x}\nsba {}\nc\nwritemem \"{}\" {:#x} {}\nq\n", machine.dump_at,
                           machine.tick_limit, machine.dump_file, PAGE_OFFSET, DUMP_BYTES);
    }
    return {};
}

} // namespace

std::vector<std::string> bochs_command(const Machine& machine, const std::filesystem::path& folder,
                                       const image::Geometry& disk, bool debugger_option) {
    const auto in_folder = [&](const char* name) { return (folder / name).string(); };
    std::ofstream script(in_folder("debugger.rc"));
    script << debugger_script(machine);
    script.close();
    if (!script) throw image::Error(fmt::format("cannot write {}", in_folder("debugger.rc")));

    std::vector<std::string> command{"bochs", "-q", "-f", machine.bochsrc, "-rc", in_folder("debugger.rc")};
    if (debugger_option) command.emplace_back("-dbg");
    command.push_back(
        fmt::format("ata0-master: type=disk, mode=flat, path={}, cylinders={}, heads={}, spt={}",
                    in_folder("disk.img"), disk.cylinders, disk.heads, disk.sectors_per_track));
    command.push_back(fmt::format("com1: enabled=1, mode=file, dev={}", in_folder("com1")));
    command.push_back(fmt::format("log: {}", in_folder("bochs.log")));
    command.push_back(fmt::format("megs: {}", machine.memory_megabytes));
    if (machine.mode == Mode::debug || machine.mode == Mode::break_debug)
        command.emplace_back("magic_break: enabled=1");
    return command;
}

} // namespace forkproof::runner
