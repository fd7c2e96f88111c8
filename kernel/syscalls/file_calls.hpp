// The system calls on files: arguments in regs (bx, cx, dx, si, di, bp), the answer a value or a negative
// errno, both exactly Linux's for i386. A call that fails leaves everything as it was, but for the user
// memory that it had written.
#pragma once
#include "kernel/arch/pt_regs.hpp"

namespace forkproof {

// file_calls.cpp: opening, reading, writing, seeking
i32 sys_open(PtRegs& regs);   // 5
i32 sys_openat(PtRegs& regs); // 295
i32 sys_creat(PtRegs& regs);  // 8
i32 sys_close(PtRegs& regs);  // 6
i32 sys_read(PtRegs& regs);   // 3
i32 sys_write(PtRegs& regs);  // 4
i32 sys_readv(PtRegs& regs);  // 145
i32 sys_writev(PtRegs& regs); // 146
i32 sys_lseek(PtRegs& regs);  // 19
i32 sys_llseek(PtRegs& regs); // 140

// descriptor_calls.cpp: descriptors as such
i32 sys_dup(PtRegs& regs);     // 41
i32 sys_dup2(PtRegs& regs);    // 63
i32 sys_dup3(PtRegs& regs);    // 330
i32 sys_pipe(PtRegs& regs);    // 42
i32 sys_pipe2(PtRegs& regs);   // 331
i32 sys_fcntl(PtRegs& regs);   // 55
i32 sys_fcntl64(PtRegs& regs); // 221
i32 sys_ioctl(PtRegs& regs);   // 54

// stat_calls.cpp: what a file is
i32 sys_stat64(PtRegs& regs);    // 195
i32 sys_lstat64(PtRegs& regs);   // 196
i32 sys_fstat64(PtRegs& regs);   // 197
i32 sys_fstatat64(PtRegs& regs); // 300
i32 sys_statx(PtRegs& regs);     // 383

// path_calls.cpp: the tree, and the task's place in it
i32 sys_access(PtRegs& regs);     // 33
i32 sys_readlink(PtRegs& regs);   // 85
i32 sys_getdents64(PtRegs& regs); // 220
i32 sys_getcwd(PtRegs& regs);     // 183
i32 sys_chdir(PtRegs& regs);      // 12
i32 sys_chroot(PtRegs& regs);     // 61
i32 sys_umask(PtRegs& regs);      // 60

// name_calls.cpp: names and files made, changed and taken away
i32 sys_link(PtRegs& regs);        // 9
i32 sys_unlink(PtRegs& regs);      // 10
i32 sys_chmod(PtRegs& regs);       // 15
i32 sys_fchown(PtRegs& regs);      // 207
i32 sys_chown(PtRegs& regs);       // 212
i32 sys_rename(PtRegs& regs);      // 38
i32 sys_mkdir(PtRegs& regs);       // 39
i32 sys_rmdir(PtRegs& regs);       // 40
i32 sys_symlink(PtRegs& regs);     // 83
i32 sys_truncate(PtRegs& regs);    // 92
i32 sys_ftruncate(PtRegs& regs);   // 93
i32 sys_fchmod(PtRegs& regs);      // 94
i32 sys_truncate64(PtRegs& regs);  // 193
i32 sys_ftruncate64(PtRegs& regs); // 194
i32 sys_mkdirat(PtRegs& regs);     // 296
i32 sys_unlinkat(PtRegs& regs);    // 301

// mount_calls.cpp
i32 sys_mount(PtRegs& regs);   // 21
i32 sys_umount(PtRegs& regs);  // 22
i32 sys_umount2(PtRegs& regs); // 52

} // namespace forkproof
