// Every kind of object that the kernel allocates, with its size: one constant table, so that the allocator,
// the checker, the digest and the prover mean the same thing by "a files". Kinds that another folder owns are
// only declared here; the sizes are asserted where the types are complete (kernel/kinds.cpp).
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

// X(enumerator, type, name for people)
#define FORKPROOF_KINDS(X)                                                                                   \
    X(task, Task, "task")                                                                                    \
    X(fpu, FpuState, "fpu")                                                                                  \
    X(cred, Cred, "cred")                                                                                    \
    X(group_info, GroupInfo, "group_info")                                                                   \
    X(user, User, "user")                                                                                    \
    X(user_ns, UserNs, "user_ns")                                                                            \
    X(undo, UndoList, "undo")                                                                                \
    X(sem_set, SemSet, "sem_set")                                                                            \
    X(sem_undo, SemUndo, "sem_undo")                                                                         \
    X(files, Files, "files")                                                                                 \
    X(file, File, "file")                                                                                    \
    X(pipe, Pipe, "pipe")                                                                                    \
    X(fs, Fs, "fs")                                                                                          \
    X(inode, Inode, "inode")                                                                                 \
    X(dirent, DirEntry, "dirent")                                                                            \
    X(super_block, SuperBlock, "super_block")                                                                \
    X(mount, Mount, "mount")                                                                                 \
    X(sighand, Sighand, "sighand")                                                                           \
    X(signal, Signal, "signal")                                                                              \
    X(mm, Mm, "mm")                                                                                          \
    X(vma, Vma, "vma")                                                                                       \
    X(nsproxy, Nsproxy, "nsproxy")                                                                           \
    X(mnt_ns, MntNs, "mnt_ns")                                                                               \
    X(uts_ns, UtsNs, "uts_ns")                                                                               \
    X(ipc_ns, IpcNs, "ipc_ns")                                                                               \
    X(pid_ns, PidNs, "pid_ns")                                                                               \
    X(net_ns, NetNs, "net_ns")                                                                               \
    X(pid, Pid, "pid")                                                                                       \
    X(io_context, IoContext, "io_context")                                                                   \
    X(exec_domain, ExecDomain, "exec_domain")                                                                \
    X(css_set, CssSet, "css_set")                                                                            \
    X(socket, Socket, "socket")                                                                              \
    X(sk_buff, SkBuff, "sk_buff")

enum class Kind : u8 {
#define X(name, type, text) name,
    FORKPROOF_KINDS(X)
#undef X
        count
};
inline constexpr int KIND_COUNT = static_cast<int>(Kind::count);

#define X(name, type, text) struct type;
FORKPROOF_KINDS(X)
#undef X

/// The kind of a type: kind_of<Files> is Kind::files.
template <class T>
inline constexpr Kind kind_of = Kind::count;
#define X(name, type, text)                                                                                  \
    template <>                                                                                              \
    inline constexpr Kind kind_of<type> = Kind::name;
FORKPROOF_KINDS(X)
#undef X

inline constexpr const char* kind_names[] = {
#define X(name, type, text) text,
    FORKPROOF_KINDS(X)
#undef X
};

} // namespace forkproof
