// On the host <sched.h> defines the names of flags.hpp as macros, and most C++ headers bring it in. It is
// read first and the macros are taken away, so that a name means one thing everywhere. The kernel,
// freestanding, has none.
#pragma once
#if __STDC_HOSTED__
#include <sched.h>

#undef CSIGNAL
#undef CLONE_VM
#undef CLONE_FS
#undef CLONE_FILES
#undef CLONE_SIGHAND
#undef CLONE_PTRACE
#undef CLONE_VFORK
#undef CLONE_PARENT
#undef CLONE_THREAD
#undef CLONE_NEWNS
#undef CLONE_SYSVSEM
#undef CLONE_SETTLS
#undef CLONE_PARENT_SETTID
#undef CLONE_CHILD_CLEARTID
#undef CLONE_DETACHED
#undef CLONE_UNTRACED
#undef CLONE_CHILD_SETTID
#undef CLONE_STOPPED
#undef CLONE_NEWCGROUP
#undef CLONE_PIDFD
#undef CLONE_NEWUTS
#undef CLONE_NEWIPC
#undef CLONE_NEWUSER
#undef CLONE_NEWPID
#undef CLONE_NEWNET
#undef CLONE_IO
#endif
