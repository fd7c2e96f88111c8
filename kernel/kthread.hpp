// The kernel's own thread: process 2, which in Linux makes all others that run in the kernel alone.
#pragma once

namespace forkproof {

/// What kthreadd runs for ever: it ignores all signals, has neither memory nor a program, and sleeps, because
/// nothing here asks it for more threads yet (linux-2.6.33 kernel/kthread.c kthreadd).
int kthreadd(void*);

} // namespace forkproof
