#include "turns.hpp"
#include "user/lib/lib.hpp"

namespace forkproof::play {

namespace {

constexpr int FIRST_FD = 10; ///< beyond those that a pipe gets by itself
constexpr int out_of(int task) { return FIRST_FD + 2 * task; }
constexpr int into(int task) { return FIRST_FD + 2 * task + 1; }

/// Long enough for any exit, and no time at all where nobody else wants to run.
constexpr int EXIT_MS = 20;
/// An exec sleeps until the next tick of the timer: no longer than this may be waited for it.
constexpr int EXEC_TURNS = 3;

} // namespace

bool make_pipes(int tasks) {
    for (int task = 0; task < tasks; task++) {
        user::Pipe p;
        if (user::failed(user::pipe(p)) || user::failed(user::dup2(p.out, out_of(task))) ||
            user::failed(user::dup2(p.in, into(task))))
            return false;
        user::close(p.out);
        user::close(p.in);
    }
    return true;
}

void pass_to(int task, const Turn& turn) { user::write(into(task), &turn, sizeof turn); }

Turn wait_for_turn(int me) {
    Turn turn;
    while (user::read(out_of(me), &turn, sizeof turn) != static_cast<int>(sizeof turn)) {
    }
    if (turn.before == Before::it_ends) user::sleep_ms(EXIT_MS);
    if (turn.before == Before::exec_begins && turn.last != me)
        for (int i = 0; i < EXEC_TURNS; i++) user::sched_yield();
    turn.before = Before::nothing;
    return turn;
}

} // namespace forkproof::play
