#include "kernel/fork/historical.hpp"
#include "kernel/arch/redirect.hpp"
#include "kernel/fork/step.hpp"
#include "kernel/fork/watch.hpp"
#include "kernel/lib/string.hpp"

namespace forkproof {

namespace {

bool in_force;

/// The release of ours that gives back what a row of the ladder speaks of. Null: we have no such resource, or
/// another row's release gives it back along with its own.
struct OurRelease {
    const char* resource;
    void (*release)(ForkRequest&);
};
constexpr OurRelease our_releases[] = {
    {"pid", release_pid},
    {"io context", release_io},
    {"nsproxy", release_namespaces},
    {"mm", release_mm},
    {"signal", release_signal},
    {"sighand", release_sighand},
    {"fs", release_fs},
    {"files", release_files},
    {"undo list", release_semundo},
    {"css_set", release_cgroup},
    {"exec domain", release_exec_domain},
    {"user's count", release_creds},
    {"task", release_task_step},
    // pinned by the pid and by the nsproxy; counted by the credentials
    {"pid namespace", nullptr},
    {"cred", nullptr},
    {"user namespace", nullptr},
    // not here
    {"audit context", nullptr},
    {"perf context", nullptr},
    {"NUMA policy", nullptr},
    {"subsystem state", nullptr},
    {"delays", nullptr},
    {"replaced session keyring", nullptr},
    {"return stack", nullptr},
    {"", nullptr},
};

constexpr const OurRelease* ours_for(const LadderRelease& row) {
    for (const OurRelease& ours : our_releases)
        if (Text(ours.resource) == Text(row.resource)) return &ours;
    return nullptr;
}

constexpr bool every_row_is_known() {
    for (const LadderRelease& row : ladder_releases_2_6_33)
        if (!ours_for(row)) return false;
    return true;
}
static_assert(every_row_is_known(), "a release of 2.6.33's ladder that means nothing here");

const char* label_of(const Step& step) {
    for (const LadderRow& row : ladder_2_6_33)
        if (Text(row.step) == Text(step.name)) return row.label;
    return ""; // copy_process.cpp asserts that each of our steps is the listing's
}

/// What happens from the label down.
void jump_to(Text label, ForkRequest& request) {
    bool landed = false;
    for (const LadderRelease& row : ladder_releases_2_6_33) {
        landed = landed || Text(row.label) == label;
        if (landed && ours_for(row)->release) ours_for(row)->release(request);
    }
}

} // namespace

void ladder_2_6_33_init() {
    in_force = true;
    redirect_function(reinterpret_cast<const void*>(&copy_process),
                      reinterpret_cast<const void*>(&copy_process_2_6_33));
}
bool ladder_is_historical() { return in_force; }

Errno copy_process_2_6_33(ForkRequest& request) {
    for (int i = 0; i < STEP_COUNT; i++) {
        const Errno error = steps_are_watched ? acquire_watched(i, request) : steps[i].acquire(request);
        if (error == Errno::OK) continue;
        jump_to(label_of(steps[i]), request);
        return error;
    }
    return Errno::OK;
}

} // namespace forkproof
