// semctl: a set's values, its owner and its end (linux-2.6.33 ipc/sem.c sys_semctl).
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

/// `argument` is what union semun holds: a value, or an address in ring 3. Without IPC_64 the old structures
/// are meant, and IPC_STAT and IPC_SET answer EINVAL. EINVAL, EIDRM, EACCES, EPERM, ERANGE, EFAULT.
[[nodiscard]] i32 semctl(i32 id, i32 number, u32 command, u32 argument);

} // namespace forkproof
