// Whose turn it is. What there is to know travels with the turn, so that tasks need no memory in common.
#pragma once
#include "script.hpp"

namespace forkproof::play {

/// What whoever has the turn does first, for the sake of who had it before.
enum class Before : int {
    nothing,
    exec_begins, ///< lets it run until it sleeps in exec, which reads the file
    it_ends,     ///< lets it run until it is gone
};

inline constexpr int UNDECIDED = -1;

struct Turn {
    int line = 0;            ///< index of the next line; the number of lines: all is over
    int outcome = UNDECIDED; ///< then: how
    int last = 0;            ///< who had the turn before
    Before before = Before::nothing;
    int pid[MOST_TASKS] = {}; ///< of the tasks made so far, as their makers know them
};

/// One pipe a task, under descriptors that stay the same. False: the kernel has refused one.
[[nodiscard]] bool make_pipes(int tasks);
/// Gives the turn to a task.
void pass_to(int task, const Turn& turn);
/// Waits for one's turn.
[[nodiscard]] Turn wait_for_turn(int me);

} // namespace forkproof::play
