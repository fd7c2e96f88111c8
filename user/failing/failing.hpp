// What the parts of `failing` share (user/failing.cpp).
#pragma once
#include "user/lib/lib.hpp"

namespace failing {

using namespace user;

/// fail=nth: a call that works may still have lost a word of ring 3 to a page that could not be had. So each
/// is made a few times more after it first worked; the kernel leaves alone what has nothing left to fail.
inline int rounds = 1;
inline constexpr int ROUNDS_OF_NTH = 6;

inline int mistakes; ///< what is not as it should be; each has been said

/// Says what is wrong.
inline void mistake(const char* what, int number) {
    fprintf(1, "failing: %s (%d)\n", what, number);
    mistakes++;
}

/// Repeats a call until it works; more than so many failures are not asked for by anybody.
template <class Call>
int until_it_works(const char* what, Call call_once) {
    constexpr int MOST_FAILURES = 300;
    int answer = 0;
    for (int i = 0; i < MOST_FAILURES; i++) {
        answer = call_once();
        if (!failed(answer)) return answer;
    }
    mistake(what, answer);
    return answer;
}

/// fork, vfork, clone with each of the words, and two that cannot work: so many calls. The task that asks
/// makes one of them, again until it works.
int all_calls();
void make_call(int which);

/// Gives the task nearly all that one can have: an io context, something to undo on semaphores,
/// FPU registers, TLS, I/O ports, many descriptors, more mappings, a working directory of its own.
void dress();
void undress();

/// fail=nth: pipe, then execve in a child until it comes through.
void make_pipes();
void make_execs();

} // namespace failing
