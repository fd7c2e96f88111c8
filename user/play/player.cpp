#include "player.hpp"
#include "turns.hpp"

namespace forkproof::play {

namespace {

constexpr char OWN_PATH[] = "/init", SET_UID_PATH[] = "/play-root";
constexpr int FIFO_PRIORITY = 10;

/// A stack for each task that shares its maker's memory.
user::Stack stacks[MOST_TASKS];
const Script* script;

[[noreturn]] void perform(int me, Turn turn);

/// The script is over; init hears how. (Others that are told so wait for the end of the machine.)
[[noreturn]] void end(int me, Turn turn, Outcome outcome) {
    turn.line = script->lines;
    turn.outcome = outcome;
    if (me == INIT) {
        user::power_off(outcome);
        user::exit_group(outcome); // only if that failed
    }
    pass_to(INIT, turn);
    for (;;) (void)wait_for_turn(me);
}

/// Gives the turn to whoever has the next line; at the end to init.
void pass_on(const Turn& turn) {
    pass_to(turn.line < script->lines ? script->line[turn.line].who : INIT, turn);
}

int begin_on_own_stack(void* task) {
    const int me = static_cast<int>(reinterpret_cast<std::intptr_t>(task));
    perform(me, wait_for_turn(me));
}

int call_clone(const Line& line, Turn& turn) {
    const bool maker_sleeps = (line.flags & CLONE_VFORK) != 0;
    turn.line++;
    if (maker_sleeps) pass_on(turn);
    int answer;
    if ((line.flags & CLONE_VM) != 0) {
        answer = user::clone_on(line.flags, stacks[line.task], begin_on_own_stack,
                                reinterpret_cast<void*>(static_cast<std::intptr_t>(line.task)));
    } else {
        answer = user::clone(line.flags);
        if (answer == 0) perform(line.task, wait_for_turn(line.task));
    }
    if (maker_sleeps && !user::failed(answer)) turn = wait_for_turn(line.who);
    if (!user::failed(answer)) turn.pid[line.task] = answer;
    return answer;
}

/// Whether the exec that begins here is of a set-uid program: it may be said where it commits.
bool is_setuid_exec(const Turn& turn) {
    const Line& begin = script->line[turn.line];
    if (begin.setuid_root) return true;
    for (int i = turn.line + 1; i < script->lines; i++) {
        const Line& later = script->line[i];
        if (later.who == begin.who && later.verb == Verb::exec_commit) return later.setuid_root;
    }
    return false;
}

/// The others have their turn while it reads the file, or nobody (`exec`). Comes back only if it failed.
int call_exec(int me, Turn& turn) {
    const bool others_run = script->line[turn.line].verb == Verb::exec_begin;
    const char* const path = is_setuid_exec(turn) ? SET_UID_PATH : OWN_PATH;
    char name[16];
    user::snprintf(name, sizeof name, "%.*s", static_cast<int>(script->task[me].size), script->task[me].data);
    const char* const argv[] = {path, GOES_ON, name, nullptr};
    const char* const envp[] = {nullptr};
    turn.line++;
    turn.last = me;
    turn.before = Before::exec_begins;
    if (others_run)
        pass_on(turn);
    else
        pass_to(me, turn);
    return user::execve(path, argv, envp);
}

int call_plainly(const Line& line, Turn& turn) {
    turn.line++;
    switch (line.verb) {
    case Verb::wait: {
        const int pid = turn.pid[line.task];
        const int answer = user::wait4(pid, nullptr, user::WALL);
        return answer == pid ? 0 : answer;
    }
    case Verb::setuid_nobody: return user::setuid(user::NOBODY);
    case Verb::sigaction: return user::sigaction(user::SIGUSR1, [](int) {});
    case Verb::setrlimit: {
        const auto limit = static_cast<std::uint32_t>(line.value);
        return user::setrlimit(user::RLIMIT_NPROC, {limit, limit});
    }
    case Verb::sched:
        return user::sched_setscheduler(0, line.value, (line.value & POLICY_FIFO) != 0 ? FIFO_PRIORITY : 0);
    default: return 0; // exec_commit: that we are here is its answer
    }
}

void announce(const Line& line) {
    const int name_size = static_cast<int>(script->task[line.who].size);
    if (line.number != 0)
        user::printf("%5d ", line.number);
    else
        user::printf("setup ");
    user::printf(" %.*s  %.*s\n", name_size, script->task[line.who].data, static_cast<int>(line.text.size),
                 line.text.data);
}

/// A call has failed: as the rule says, or not.
[[noreturn]] void judge_failure(int me, const Turn& turn, const Line& line, int answer) {
    const bool expected =
        line.number != 0 && line.number == script->refused && answer == -static_cast<int>(script->error);
    user::printf("       = %s", user::answer_text(answer).c_str());
    if (expected)
        user::printf(", as rule %.*s says\n", static_cast<int>(script->rule.size), script->rule.data);
    else
        user::printf(", which the script does not expect here\n");
    end(me, turn, expected ? AS_THE_RULE_SAYS : OTHER_ANSWER);
}

[[noreturn]] void judge_end(int me, const Turn& turn) {
    const bool effect = script->error == Errno::OK;
    user::printf(effect ? "       all calls were accepted, as they should be\n"
                        : "       all calls were accepted, and nothing has stopped them\n");
    end(me, turn, effect ? AS_THE_RULE_SAYS : ACCEPTED);
}

[[noreturn]] void perform(int me, Turn turn) {
    for (;; turn.last = me) {
        if (turn.line == script->lines) {
            if (me != INIT) {
                pass_on(turn);
                turn = wait_for_turn(me);
                continue;
            }
            if (turn.outcome != UNDECIDED) end(me, turn, static_cast<Outcome>(turn.outcome));
            judge_end(me, turn);
        }
        const Line& line = script->line[turn.line];
        if (line.who != me) {
            pass_on(turn);
            turn = wait_for_turn(me);
            continue;
        }
        announce(line);
        int answer = 0;
        if (line.verb == Verb::clone) {
            answer = call_clone(line, turn);
        } else if (line.verb == Verb::exit) {
            turn.line++;
            turn.before = Before::it_ends;
            pass_on(turn);
            user::exit(0);
        } else if (line.verb == Verb::exec_begin || line.verb == Verb::exec) {
            answer = call_exec(me, turn);
        } else {
            answer = call_plainly(line, turn);
        }
        if (user::failed(answer)) judge_failure(me, turn, line, answer);
    }
}

} // namespace

void play(const Script& to_play) {
    script = &to_play;
    if (!make_pipes(script->tasks)) {
        user::fprintf(2, "play: the kernel has no pipe for each task\n");
        end(INIT, {}, OTHER_ANSWER);
    }
    perform(INIT, {});
}

void go_on(const Script& to_play, const char* name) {
    script = &to_play;
    for (int task = 0; task < script->tasks; task++)
        if (script->task[task].is(name)) perform(task, wait_for_turn(task));
    user::exit(OTHER_ANSWER);
}

} // namespace forkproof::play
