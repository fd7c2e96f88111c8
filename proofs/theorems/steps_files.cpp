// files: the descriptor table is shared, or copied with one count more on every open file. How many
// descriptors are in use, and where the table lies, differs between the scenes; everything else is unknown in
// each.
#include "proofs/theorems/step_contract.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t NR_OPEN_DEFAULT = 32; // linux-2.6.33 linux/fdtable.h, on i386
constexpr std::uint32_t NR_OPEN = 1024;       // most descriptors: one page of pointers
constexpr std::uint32_t USE_OTHER = 6;        // FrameUse::other

struct Descriptors {
    const char* title;
    unsigned in_use;             ///< up to the highest; they refer to two files in turn
    std::vector<unsigned> holes; ///< of these the ones that are closed
    bool own_page = false;       ///< the table has grown to a page, whether or not it still needs one
};

const Descriptors tables[] = {
    {"no descriptor", 0, {}},
    {"one descriptor", 1, {}},
    {"one file twice, and a hole", 4, {1}},
    {"the last descriptor without a page",
     32,
     {1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20}},
    {"descriptors in a page", 34, {3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29}, true},
    {"a page, no longer needed", 2, {}, true},
};

class FilesProof {
  public:
    FilesProof(MachineProof& proof, const Descriptors& d)
        : f_(proof, fmt::format("files: {}", d.title), "files",
             {.open_files = d.own_page ? NR_OPEN_DEFAULT + 1 : 1}),
          in_use_(d.in_use) {
        World& world = f_.world;
        entries_ = static_cast<std::uint32_t>(f_.before(f_.of(f_.files, "max_fds")).value());
        for (std::uint32_t i = 0; i < entries_; i++)
            world.set(entry(i), i < in_use_ ? f_.open_files[i % 2].address : 0);
        for (const unsigned hole : d.holes) world.set(entry(hole), 0);
        world.set(f_.of(f_.files, "end_fd"), in_use_);
    }

    void prove() {
        prove_step(f_, {.step = "files", .success = [&](const Path& path) {
                            divide(
                                f_, path, f_.flag(CLONE_FILES), [&](const Path& part) { shared(part); },
                                [&](const Path& part) { copied(part); });
                        }});
    }

  private:
    [[nodiscard]] Place entry(std::uint32_t i) const {
        return {static_cast<std::uint32_t>(f_.before(f_.of(f_.files, "fd")).value()) + 4 * i, "", 4};
    }

    void shared(const Path& path) {
        Changes changes(f_, path);
        changes.is(f_.of(f_.child, "files"), f_.files.address);
        changes.is(f_.of(f_.files, "count"), f_.before(f_.of(f_.files, "count")) + word32(1));
        changes.nothing_else();
    }

    void copied(const Path& path) {
        Changes changes(f_, path);
        const Place fresh = changes.fresh("files");
        Place table = f_.of(fresh, "fd_array");
        changes.is(f_.of(f_.child, "files"), fresh.address).is(f_.of(fresh, "count"), 1);
        for (std::uint32_t i = 0; i < NR_OPEN_DEFAULT; i++)
            changes.is({table.address + 4 * i, "", 4}, f_.before(entry(i)));
        if (in_use_ > NR_OPEN_DEFAULT) {
            table = changes.fresh("frame");
            for (std::uint32_t i = 0; i < NR_OPEN; i++)
                changes.is({table.address + 4 * i, "", 4}, f_.before(entry(i)));
            const Place frame = frame_entry(f_.world, frame_number(table.address));
            changes.is(f_.of(frame, "count"), 1).is(f_.of(frame, "use"), USE_OTHER);
            changes.is(f_.of(fresh, "max_fds"), NR_OPEN);
        } else {
            changes.is(f_.of(fresh, "max_fds"), NR_OPEN_DEFAULT); // a page that nobody needs is not copied
        }
        changes.is(f_.of(fresh, "fd"), table.address).same_as(fresh, f_.files);
        for (const Place& file : f_.open_files) {
            std::uint64_t references = 0;
            for (std::uint32_t i = 0; i < in_use_; i++) references += f_.before(entry(i)).is(file.address);
            changes.is(f_.of(file, "count"), f_.before(f_.of(file, "count")) + word32(references));
        }
        changes.nothing_else();
    }

    ForkScene f_;
    std::uint32_t in_use_, entries_ = 0;
};

void step_files(MachineProof& proof) {
    for (const Descriptors& d : tables) FilesProof(proof, d).prove();
}

} // namespace

std::vector<Theorem> steps_files_theorems() {
    return {machine_theorem(
        "steps/files", "the descriptor table is shared, or copied with one count more on every open file",
        step_files)};
}

} // namespace forkproof::proofs
