// On the host <cerrno> defines the names of errno.hpp as macros, and most C++ headers bring it in: there,
// Errno::EINVAL would be Errno::22. It is read first and the macros are taken away; errno.hpp gives the C++
// library its plain numbers back as constants. A name that is added there is added here too, or it does not
// compile on the host.
#pragma once
#if __STDC_HOSTED__
#include <cerrno>

#undef EPERM
#undef ENOENT
#undef ESRCH
#undef EINTR
#undef EIO
#undef ENXIO
#undef E2BIG
#undef ENOEXEC
#undef EBADF
#undef ECHILD
#undef EAGAIN
#undef ENOMEM
#undef EACCES
#undef EFAULT
#undef EBUSY
#undef EEXIST
#undef EXDEV
#undef ENODEV
#undef ENOTDIR
#undef EISDIR
#undef EINVAL
#undef ENFILE
#undef EMFILE
#undef ENOTTY
#undef ETXTBSY
#undef EFBIG
#undef ENOSPC
#undef ESPIPE
#undef EROFS
#undef EMLINK
#undef EPIPE
#undef ERANGE
#undef EDEADLK
#undef ENAMETOOLONG
#undef ENOSYS
#undef ENOTEMPTY
#undef ELOOP
#undef EIDRM
#undef EOVERFLOW
#undef ENOTSOCK
#undef EDESTADDRREQ
#undef EMSGSIZE
#undef ENOPROTOOPT
#undef EPROTONOSUPPORT
#undef ESOCKTNOSUPPORT
#undef EOPNOTSUPP
#undef EAFNOSUPPORT
#undef EADDRINUSE
#undef EADDRNOTAVAIL
#undef ENETUNREACH
#undef ECONNRESET
#undef EISCONN
#undef ENOTCONN
#undef ETIMEDOUT
#undef ECONNREFUSED
#undef ERESTARTSYS
#undef ERESTARTNOINTR
#undef ERESTARTNOHAND
#undef ERESTART_RESTARTBLOCK
#endif
