#include "kernel/check/scores.hpp"
#include "kernel/check/checker.hpp"
#include "kernel/check/historical.hpp"
#include "kernel/lib/print.hpp"

namespace forkproof {

Score scores[PLACES];

namespace {

struct PlaceText {
    const char* name;
    const char* good;
};
PlaceText text_of(int place) {
    switch (place) {
    case AFTER_PUBLISH: return {"after publish", "pid returned"};
    case EXECVE: return {"execve", "digests equal"};
    case AFTER_EXECVE: return {"after execve", "killed and reaped"};
    case PIPE: return {"pipe", "digests equal"};
    default: return {steps[place].name, "digests equal"};
    }
}

[[noreturn]] void end_with_leak(int place, const char* call, u32 flags) {
    print("a failure of {} leaves something behind; so far:\n", text_of(place).name);
    (void)print_scores();
    report_violation("restored", "a failed call leaves the state as it was", call, *current(), flags);
}

} // namespace

void judge_failure(int place, const Snapshot& before, const Snapshot& after, const char* call, u32 flags) {
    Score& score = scores[place];
    score.tried++;
    score.leaks += after.live.leaks_since(before.live);
    if (before == after) {
        score.good++;
        return;
    }
    if (known_to_be_forgotten(before, after, text_of(place).name, flags)) return;
    print_differences(before, after);
    end_with_leak(place, call, flags);
}

void judge_counts(int place, const LiveCounts& before, const LiveCounts& after, const char* call) {
    Score& score = scores[place];
    score.leaks += after.leaks_since(before);
    if (before == after) {
        score.good++;
        return;
    }
    print_differences(before, after);
    end_with_leak(place, call, 0);
}

Score print_scores() {
    Score sum;
    for (int i = 0; i < PLACES; i++) {
        const Score& s = scores[i];
        if (s.tried == 0) continue;
        const PlaceText text = text_of(i);
        print("  {-13} failures tried {4}, {} {4}, leaks {}\n", text.name, s.tried, text.good, s.good,
              s.leaks);
        sum.tried += s.tried;
        sum.good += s.good;
        sum.leaks += s.leaks;
    }
    return sum;
}

} // namespace forkproof
