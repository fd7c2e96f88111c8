// Errno values as Linux spells them (asm-generic/errno-base.h, errno.h; ERESTART* of linux/errno.h).
#pragma once
#include "host_errno.hpp"

// The one list: name, value, what it means. Everything below is generated from it.
#define FORKPROOF_ERRNO_LIST(X)                                                                              \
    X(EPERM, 1)                                                                                              \
    X(ENOENT, 2)                                                                                             \
    X(ESRCH, 3)                                                                                              \
    X(EINTR, 4)                                                                                              \
    X(EIO, 5)                                                                                                \
    X(ENXIO, 6)                                                                                              \
    X(E2BIG, 7)                                                                                              \
    X(ENOEXEC, 8)                                                                                            \
    X(EBADF, 9)                                                                                              \
    X(ECHILD, 10)                                                                                            \
    X(EAGAIN, 11)                                                                                            \
    X(ENOMEM, 12)                                                                                            \
    X(EACCES, 13)                                                                                            \
    X(EFAULT, 14)                                                                                            \
    X(EBUSY, 16)                                                                                             \
    X(EEXIST, 17)                                                                                            \
    X(EXDEV, 18)                                                                                             \
    X(ENODEV, 19)                                                                                            \
    X(ENOTDIR, 20)                                                                                           \
    X(EISDIR, 21)                                                                                            \
    X(EINVAL, 22)                                                                                            \
    X(ENFILE, 23)                                                                                            \
    X(EMFILE, 24)                                                                                            \
    X(ENOTTY, 25)                                                                                            \
    X(ETXTBSY, 26)                                                                                           \
    X(EFBIG, 27)                                                                                             \
    X(ENOSPC, 28)                                                                                            \
    X(ESPIPE, 29)                                                                                            \
    X(EROFS, 30)                                                                                             \
    X(EMLINK, 31)                                                                                            \
    X(EPIPE, 32)                                                                                             \
    X(ERANGE, 34)                                                                                            \
    X(EDEADLK, 35)                                                                                           \
    X(ENAMETOOLONG, 36)                                                                                      \
    X(ENOSYS, 38)                                                                                            \
    X(ENOTEMPTY, 39)                                                                                         \
    X(ELOOP, 40)                                                                                             \
    X(EIDRM, 43)                                                                                             \
    X(EOVERFLOW, 75)                                                                                         \
    X(ENOTSOCK, 88)                                                                                          \
    X(EDESTADDRREQ, 89)                                                                                      \
    X(EMSGSIZE, 90)                                                                                          \
    X(ENOPROTOOPT, 92)                                                                                       \
    X(EPROTONOSUPPORT, 93)                                                                                   \
    X(ESOCKTNOSUPPORT, 94)                                                                                   \
    X(EOPNOTSUPP, 95)                                                                                        \
    X(EAFNOSUPPORT, 97)                                                                                      \
    X(EADDRINUSE, 98)                                                                                        \
    X(EADDRNOTAVAIL, 99)                                                                                     \
    X(ENETUNREACH, 101)                                                                                      \
    X(ECONNRESET, 104)                                                                                       \
    X(EISCONN, 106)                                                                                          \
    X(ENOTCONN, 107)                                                                                         \
    X(ETIMEDOUT, 110)                                                                                        \
    X(ECONNREFUSED, 111)                                                                                     \
    X(ERESTARTSYS, 512)                                                                                      \
    X(ERESTARTNOINTR, 513)                                                                                   \
    X(ERESTARTNOHAND, 514)                                                                                   \
    X(ERESTART_RESTARTBLOCK, 516)

#if __STDC_HOSTED__ // what the macros were to the host's own headers (host_errno.hpp)
#define X(name, value) inline constexpr int name = value;
FORKPROOF_ERRNO_LIST(X)
#undef X
#endif

namespace forkproof {

/// A positive error number, or OK. A system call returns its negative.
enum class Errno : int {
    OK = 0,
#define X(name, value) name = value,
    FORKPROOF_ERRNO_LIST(X)
#undef X
};

struct ErrnoName {
    Errno number;
    const char* name;
};

inline constexpr ErrnoName errno_names[] = {
#define X(name, value) {Errno::name, #name},
    FORKPROOF_ERRNO_LIST(X)
#undef X
};

/// "EINVAL" for Errno::EINVAL; "?" for a number that is not in the list.
constexpr const char* errno_name(Errno e) {
    for (auto& row : errno_names)
        if (row.number == e) return row.name;
    return e == Errno::OK ? "OK" : "?";
}

/// Errors are negative numbers down to this one (linux/err.h MAX_ERRNO).
inline constexpr int MAX_ERRNO = 4095;

} // namespace forkproof
