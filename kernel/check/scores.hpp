// What a rehearsal has tried, and what came of it: a line a step.
#pragma once
#include "kernel/check/restored.hpp"
#include "kernel/fork/step.hpp"

namespace forkproof {

/// Where a failure fell: a step, by its place in the table, or one of these.
enum Place : int { AFTER_PUBLISH = STEP_COUNT, EXECVE, AFTER_EXECVE, PIPE, PLACES };

struct Score {
    u32 tried = 0;
    u32 good = 0;  ///< everything as before; after the point of no return: as it should be
    u32 leaks = 0; ///< objects and frames too many
};
extern Score scores[PLACES];

/// A call has failed here on purpose. If it has left anything behind, prints the lines so far and what
/// differs, and ends the run with a violation.
void judge_failure(int place, const Snapshot& before, const Snapshot& after, const char* call, u32 flags);
/// One of which only the counts can be compared, after all is over.
void judge_counts(int place, const LiveCounts& before, const LiveCounts& after, const char* call);

/// Prints the lines of all places where something was tried; returns their sum.
Score print_scores();

} // namespace forkproof
