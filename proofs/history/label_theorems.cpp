// Why it leaks: labels shared by jumps between which something was taken, and releases out of order.
#include "proofs/history/order.hpp"
#include "proofs/history/theorems.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace forkproof::proofs {
namespace {

using Names = std::set<std::string>;

/// Ends the theorem unless exactly what was expected has been found.
void compare(Inquiry& inquiry, const Names& expected, const Names& found) {
    std::vector<std::string> lines;
    for (const std::string& name : expected)
        if (!found.contains(name)) lines.push_back("expected, and not found: " + name);
    for (const std::string& name : found)
        if (!expected.contains(name)) lines.push_back("found, and not expected: " + name);
    if (!lines.empty()) inquiry.refute(lines);
}

/// What was taken from the first of two steps on, up to the second.
Names taken_between(const Ladder& ladder, std::size_t first, std::size_t second) {
    Names taken;
    for (const Ladder::Take& take : ladder.takes) {
        const std::size_t step = ladder.step(take.step);
        if (first <= step && step < second) taken.insert(take.resource);
    }
    return taken;
}

/// Two jumps share a label only if what was taken between them is released at the second and not at the
/// first.
void shared_labels(Inquiry& inquiry) {
    const Names expected{
        "thread and pid: I/O bitmap",
        "proc-mount and ns-cgroup: pid namespace",
        "proc-mount and ns-cgroup: proc mount",
        "proc-mount and signal-check: cgroup directory",
        "proc-mount and signal-check: pid namespace",
        "proc-mount and signal-check: proc mount",
        "ns-cgroup and signal-check: cgroup directory",
    };
    const Ladder& ladder = inquiry.ladder();
    Names found;
    const std::vector<std::size_t> exits = ladder.exits();
    for (const std::size_t first : exits)
        for (const std::size_t second : exits) {
            if (second <= first || ladder.steps[first].label != ladder.steps[second].label) continue;
            const std::string one = ladder.steps[first].name, two = ladder.steps[second].name;
            Names wrong;
            for (const std::string& resource : taken_between(ladder, first, second)) {
                const LeftTerms& not_taken = inquiry.left(inquiry.at(one), resource);
                const LeftTerms& taken = inquiry.left(inquiry.at(two), resource);
                if (!inquiry.possible(fmt::format("{} kept at {}", resource, two), inquiry.at(two),
                                      taken.held != 0) &&
                    !inquiry.possible(fmt::format("{} released at {}", resource, one), inquiry.at(one),
                                      not_taken.dropped != 0 || not_taken.wild))
                    continue;
                wrong.insert(resource);
                found.insert(fmt::format("{} and {}: {}", one, two, resource));
            }
            inquiry.say(fmt::format("  {}: {} and {} {}", ladder.steps[first].label, one, two,
                                    wrong.empty() ? "may share it"
                                                  : fmt::format("may not, for {}", fmt::join(wrong, ", "))));
        }
    compare(inquiry, expected, found);
}

void reverse_order(Inquiry& inquiry) {
    Names expected, found;
    for (const char* gone : {"NUMA policy", "perf context", "audit context", "undo list", "files", "fs",
                             "sighand", "signal", "mm", "nsproxy", "io context", "pid"})
        expected.insert(fmt::format("signal-check: {} before subsystem state", gone));
    for (const std::string& step : inquiry.exits())
        for (const std::string& pair : out_of_order(inquiry, inquiry.at(step)))
            found.insert(fmt::format("{}: {}", step, pair));
    compare(inquiry, expected, found);
    for (const std::string& line : found) inquiry.say("  wrong   " + line);
    inquiry.say("  right   at every other exit, and in all other pairs");
}

/// 3.14 to 3.17: sched_fork can fail there, and jumps to the label for what is taken after it.
void sched_into_policy(Inquiry& inquiry) {
    Ladder later = inquiry.ladder();
    Ladder::Step& sched = later.steps.at(later.step("sched"));
    sched.label = "bad_fork_cleanup_policy";
    sched.fails = LADDER_ALWAYS;
    auto slip = inquiry.with(later);
    const ExitTerms& exit = slip->at("sched");
    const z3::expr has = slip->call().holds(LadderWhen{.has = HAS_PERF_EVENTS});
    const z3::expr dropped = slip->left(exit, "perf context").dropped == 1;
    inquiry.say("  wrong   " + slip->find("the parent's perf context freed", exit, has && dropped).line());
    slip->prove("it is freed whenever the parent has one", exit, has, dropped);
    slip->prove("and nothing else is wrong", exit,
                !has && !slip->call().holds(LadderWhen{.has = HAS_REPLACED_KEYRING}),
                Inquiry::nothing_left(exit));
}

} // namespace

std::vector<HistoryTheorem> label_theorems() {
    return {
        {"history/shared-labels",
         "2.6.33's jumps that share a label may share it, but for thread with pid (B2) and proc-mount, "
         "ns-cgroup "
         "and signal-check (B1, B5)",
         WhichLadder::listing, shared_labels},
        {"history/B7",
         "2.6.33 releases in the reverse order of its acquisitions, but for the cgroup callbacks, which run "
         "on a "
         "task without mm, files and signals",
         WhichLadder::listing, reverse_order},
        {"history/sched-into-policy",
         "a sched_fork that fails into bad_fork_cleanup_policy, as in 3.14 to 3.17, frees the parent's perf "
         "context",
         WhichLadder::listing, sched_into_policy},
    };
}

} // namespace forkproof::proofs
