// The start state of a fork: a caller with all that it holds, a request, and the child as it is after the
// first steps. What a step is allowed to find is what the steps before it are proved to leave: both are the
// same table (stage_rows), read here to build and in check_stage to check.
#pragma once
#include "invariants/sharing.hpp"
#include "proofs/world/contracts.hpp"

namespace forkproof::proofs {

/// Whether there is a hierarchy of cgroups, and where in it the caller is.
enum class Groups : std::uint8_t { none, top, below };

/// What differs between start states by more than the values of fields.
struct ForkShape {
    bool undo = true;             ///< the caller has an undo list
    bool undo_entry = true;       ///< ... which has something to undo on a set of two semaphores
    bool fpu = false;             ///< ... has used the FPU
    bool io = false;              ///< ... has an io context
    bool ports = false;           ///< ... has called ioperm
    Groups groups = Groups::none; ///< the hierarchy of cgroups, and where in it the caller is
    bool mm = true;               ///< ... has an address space
    unsigned open_files = 2;      ///< descriptors in use: pointers to two open files, in turn
    unsigned vmas = 1, pages = 1; ///< mappings, and pages in each, which may be present or not
    std::uint32_t first_mapping = 0x08048000, mapping_spacing = 0x00400000; ///< where mappings begin
    bool untouched = false; ///< no page has been touched yet: there is no page table
    unsigned pid_level = 0; ///< how deep the caller's pid namespace lies
    bool leader = true;     ///< the caller leads its thread group
    unsigned mounts = 1;    ///< in its mount namespace: with 2 its working directory lies in the second
    bool root_user = true;  ///< its user is in the first user namespace
};

/// The steps by their names, in the order of the image's table.
class StepTable {
  public:
    explicit StepTable(MachineProof& proof);
    struct Row {
        std::string name, label;
        std::uint32_t acquire, release;
        std::string acquire_name, release_name;
        std::uint32_t usual_failure;
    };
    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
    /// "publish" comes after the last one.
    [[nodiscard]] std::size_t index(const std::string& step) const;

  private:
    std::vector<Row> rows_;
};

/// Which field of the child a step fills, with what kind of object, and the count of one of its own after the
/// step. Whether it is shared, new or nothing stands in invariants/sharing.hpp, under `resource`.
struct StageRow {
    const char *field, *step, *resource, *type, *kind, *count;
    unsigned own_count;
};
extern const std::vector<StageRow> stage_rows;
const SharingRow& sharing_row(const std::string& resource);

/// A row of the sharing table as a relation: what the child's pointer is, by the flag word and the caller's.
/// The machine's theorems (sharing/...) and the refinement of the model read the same.
struct RowCase {
    Word flags, callers;
    Truth own_group = false;      ///< of Otherwise::own_if_bound
    Truth says_something = false; ///< of Otherwise::copy_if_set
};
Truth row_shares(const SharingRow& row, const RowCase& c);
/// The caller's, its own, or null.
Word row_gives(const SharingRow& row, const RowCase& c, const Word& own_one);

/// linux-2.6.33 asm/processor.h: a bit for each of 65536 ports.
inline constexpr unsigned IO_BITMAP_PAGES = 2;

/// The set in the start state has so many; their values are at most SEMVMX (linux-2.6.33 linux/sem.h).
inline constexpr unsigned SEMAPHORES = 2, SEMVMX = 32767;

class ForkScene {
  public:
    /// The child has been through all steps before `step`; "" is before the first.
    ForkScene(MachineProof& proof, const std::string& title, const std::string& step, ForkShape shape = {});

    Scene& scene;
    World& world;
    ForkShape shape;

    Word flags, in_force;
    Place request, regs, caller_stack;
    Place parent, cred, user, user_ns, files, fs, sighand, signal, mm, nsproxy, undo, fpu, io_context,
        exec_domain, group_info, init_groups;
    std::vector<Place> io_bitmap; ///< the frames of the caller's
    Place mnt_ns, uts_ns, ipc_ns, pid_ns, net_ns, mount;
    Place css_set, cgroup_root, group, cgroup_sb,
        neighbour;               ///< the caller's css_set; with groups: the directory of its group,
                                 ///< the hierarchy, and a name in the directory besides `tasks`
    Place sem_set, sem_undo;     ///< the set in the caller's ipc namespace; the entry of its undo list
    Place root_inode, cwd_inode; ///< where the caller stands; the first is what the mount shows
    Place super_block;
    Place upper_mount, upper_root, mountpoint,
        upper_super_block; ///< with shape.mounts 2: what is mounted on the mount
    std::vector<Place> open_files, vmas;
    std::vector<std::uint32_t> frames; ///< of the mapped pages
    std::vector<Place> ptes;           ///< the entries that map them
    Place pgd, page_table;
    std::uint32_t pgd_frame = 0, table_frame = 0;
    Place leader_pid;                 ///< the struct pid of the caller
    Place child;                      ///< null before the step `task`
    std::map<std::string, Place> own; ///< what the child would have for itself, by field: "files"

    [[nodiscard]] Truth flag(std::uint32_t bits) const { return !is_zero(flags & word32(bits)); }
    [[nodiscard]] Truth rule(unsigned bit_of_rule) const { return bit(in_force, bit_of_rule); }
    [[nodiscard]] Place of(const Place& object, const std::string& field) const {
        return world.field(object, field);
    }
    /// The value of a place of the start state before, and on a path.
    [[nodiscard]] Word before(const Place& place) const { return world.get(place); }
    [[nodiscard]] static Word now(const Path& path, const Place& place) {
        return path.state.memory.peek(place.address, place.size);
    }
    /// A typed view of whatever the word points to on this path (it must have one value).
    [[nodiscard]] Place target(const Path& path, const Word& pointer, const std::string& type);

    /// Runs acquire or release of a step.
    std::vector<Path> acquire(const std::string& step);
    std::vector<Path> release(const Path& after, const std::string& step);
    std::vector<Path> call(const std::string& function) {
        return scene.call(function, {word32(request.address)});
    }

    /// The step before which this path stands may begin: every field of the child that the steps up to and
    /// including `step` own is as the table says, the others are null.
    void check_stage(const Path& path, const std::string& step);

    /// After so many steps the flags make the child share this with a caller that has `callers`.
    [[nodiscard]] Truth shares(const StageRow& row, const Word& callers, std::size_t done) const;
    /// What the child's field is: the caller's, its own, or null.
    [[nodiscard]] Word child_has(const StageRow& row, const Word& callers, const Word& own_one,
                                 std::size_t done) const;
    /// Of Otherwise::own_if_bound: after so many steps the child has a group of its own.
    [[nodiscard]] Truth has_own_group(std::size_t done) const;

    /// The caller's io context names a class: IoContext is the one resource that is copied only if it says
    /// something (Otherwise::copy_if_set).
    [[nodiscard]] Truth has_io_priority() const;

  private:
    [[nodiscard]] RowCase row_case(const SharingRow& row, const Word& callers, std::size_t done) const;
    void build_caller();
    void build_groups();
    void build_namespaces();
    void build_semaphores();
    void build_mounts();
    void build_memory();
    std::uint32_t add_page_table(std::uint32_t place, std::size_t nth);
    void build_files();
    void build_request();
    void build_child(std::size_t steps_done);
    Place counted(const std::string& type, const std::string& name, const std::string& kind,
                  const std::string& count);
    Word count_of(const Place& place, const std::string& name);

    std::size_t steps_done_;
};

} // namespace forkproof::proofs
