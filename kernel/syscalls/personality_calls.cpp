// The calls about exec domains (linux-2.6.33 kernel/exec_domain.c, kernel/module.c).
#include "kernel/files/file.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/task/exec_domain.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

/// personality(persona): what it was. 0xffffffff only asks.
i32 sys_personality(PtRegs& r) {
    constexpr u32 ONLY_ASKS = ~0U;
    const u32 old = current()->personality;
    if (r.bx != ONLY_ASKS) set_personality(r.bx);
    return static_cast<i32>(old);
}

/// delete_module(name, flags). The modules are those of exec domains; none can be loaded again.
i32 sys_delete_module(PtRegs& r) {
    constexpr u32 MODULE_NAME_LEN = 60; // linux-2.6.33 linux/module.h, on i386
    if (!capable(CAP_SYS_MODULE)) return negative(Errno::EPERM);
    char name[MODULE_NAME_LEN];
    const Result<u32> n = copy_string_from_user(name, r.bx, sizeof name);
    if (!n.ok()) return negative(n.error() == Errno::EFAULT ? Errno::EFAULT : Errno::ENOENT);
    return negative(unload_exec_domain(name, r.cx & O_NONBLOCK));
}

} // namespace forkproof
