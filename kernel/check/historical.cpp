#include "kernel/check/historical.hpp"
#include "invariants/ladder_2_6_33.hpp"
#include "kernel/check/checker.hpp"
#include "kernel/fork/historical.hpp"
#include "kernel/lib/print.hpp"
#include "kernel/lib/string.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

/// How a resource that was forgotten shows in the counts.
struct Sign {
    const char* resource;
    u32 (*of)(const LiveCounts&);
};
constexpr Sign signs[] = {
    {"proc mount", [](const LiveCounts& c) { return c.objects[static_cast<int>(Kind::pid_ns)]; }},
    {"I/O bitmap", [](const LiveCounts& c) { return c.io_bitmap_frames; }},
    {"cgroup directory", [](const LiveCounts& c) { return c.cgroup_directories; }},
};
constexpr int DEFECTS = sizeof ladder_defects_2_6_33 / sizeof ladder_defects_2_6_33[0];

constexpr const Sign* sign_of(const LadderDefect& defect) {
    for (const Sign& s : signs)
        if (Text(s.resource) == Text(defect.resource)) return &s;
    return nullptr;
}
constexpr bool every_defect_has_a_sign() {
    for (const LadderDefect& d : ladder_defects_2_6_33)
        if (!sign_of(d)) return false;
    return true;
}
static_assert(every_defect_has_a_sign(), "a defect that nobody would notice");

/// What a forgotten proc mount or directory consists of: the only objects that may have become more.
constexpr Kind belongings[] = {Kind::pid_ns, Kind::mount, Kind::super_block, Kind::inode, Kind::dirent};

bool may_remain(Kind kind) {
    for (const Kind k : belongings)
        if (k == kind) return true;
    return false;
}

/// All else is as before. A directory that stands in the tree is an object that the digest meets, and numbers
/// the others behind it by one more: then only the counts can say so.
bool nothing_else_remains(const Snapshot& before, const Snapshot& after) {
    for (int k = 0; k < KIND_COUNT; k++)
        if (!may_remain(static_cast<Kind>(k)) && before.live.objects[k] != after.live.objects[k])
            return false;
    if (before.live.user_frames != after.live.user_frames ||
        before.live.stack_frames != after.live.stack_frames)
        return false;
    if (before.live.cgroup_directories != after.live.cgroup_directories) return true;
    for (int p = 0; p < DIGEST_PARTS; p++) {
        const auto part = static_cast<DigestPart>(p);
        if (part == DigestPart::counts || part == DigestPart::namespaces)
            continue; // where a namespace is counted
        if (before.digest.part[p] != after.digest.part[p]) return false;
    }
    return true;
}

u32 met[DEFECTS];

void say(const LadderDefect& defect, const char* step, u32 flags, const Snapshot& before,
         const Snapshot& after) {
    char words[256];
    flags_in_words(flags, words, sizeof words);
    print("violation: {}: {}\n", defect.id, defect.sentence);
    print("  after clone({}) by pid {} ({}), in which step {} failed\n", words, current()->pid,
          current()->comm, step);
    print_differences(before.live, after.live);
}

} // namespace

bool known_to_be_forgotten(const Snapshot& before, const Snapshot& after, const char* step, u32 flags) {
    if (!ladder_is_historical() || !nothing_else_remains(before, after)) return false;
    bool named = false;
    for (int i = 0; i < DEFECTS; i++) {
        const LadderDefect& defect = ladder_defects_2_6_33[i];
        const Sign& sign = *sign_of(defect);
        if (sign.of(after.live) <= sign.of(before.live)) continue;
        named = true;
        if (met[i]++ == 0) say(defect, step, flags, before, after);
    }
    return named;
}

bool report_forgotten() {
    bool any = false;
    for (int i = 0; i < DEFECTS; i++) {
        if (met[i] == 0) continue;
        print("{}{} was left behind {} times ({})", any ? ", the " : "ladder=linux-2.6.33: the ",
              ladder_defects_2_6_33[i].resource, met[i], ladder_defects_2_6_33[i].id);
        any = true;
    }
    if (any) print("\n");
    return any;
}

} // namespace forkproof
