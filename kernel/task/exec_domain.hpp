// Exec domains: as whose programs a task's calls are meant (linux-2.6.33 kernel/exec_domain.c). Linux's own
// is part of the kernel; another one is a module's, and can be taken away when nobody is in it any more.
#pragma once
#include "kernel/lib/kinds.hpp"
#include "kernel/lib/list.hpp"
#include "kernel/task/wait_queue.hpp"

namespace forkproof {

// linux-2.6.33 linux/personality.h: the domain's number in the low byte, flags above it.
inline constexpr u32 PER_LINUX = 0, PER_SVR4 = 1, PER_MASK = 0xff;

struct ExecDomain {
    u32 count = 1;                ///< its place on the list, and each task in it
    const char* name = nullptr;   ///< "Linux"
    const char* module = nullptr; ///< whose it is; null: the kernel's own, which stays
    u32 first = 0, last = 0;      ///< personalities that mean it (pers_low, pers_high)
    bool going = false; ///< its module is being unloaded: nobody comes in any more (MODULE_STATE_GOING)
    WaitQueue unloader; ///< who waits for the last task in it to leave
    ListNode node;
};
extern List<ExecDomain, &ExecDomain::node> exec_domains;

/// Makes Linux's domain, the first on the list and returned, and that of the module abi_svr4. Null: memory is
/// out.
[[nodiscard]] ExecDomain* exec_domains_init();
inline void get_exec_domain(ExecDomain* d) { d->count++; }
/// The last task to leave a domain that is going wakes who waits for that.
void put_exec_domain(ExecDomain* d);
/// The current task has this personality from now on, and is in the domain it means: Linux's, if none does or
/// that one is going (linux-2.6.33 __set_personality).
void set_personality(u32 personality);
/// delete_module(name, flags): waits for the last task in the domain to leave, or says EWOULDBLOCK with
/// O_NONBLOCK. ENOENT: no such module; EBUSY: it is going already (linux-2.6.33 kernel/module.c).
[[nodiscard]] Errno unload_exec_domain(const char* module, bool nonblock);

} // namespace forkproof
