// Files, pipes and descriptors.
#pragma once
#include "abi.hpp"
#include "syscall.hpp"

namespace user {

inline int read(int fd, void* to, std::size_t bytes) { return call(Number::read, fd, to, bytes); }
inline int write(int fd, const void* from, std::size_t bytes) { return call(Number::write, fd, from, bytes); }
inline int open(const char* path, int flags) { return call(Number::open, path, flags, 0); }
inline int close(int fd) { return call(Number::close, fd); }
inline int lseek(int fd, int offset, int whence) { return call(Number::lseek, fd, offset, whence); }
/// Up to size bytes of a link's text, without a NUL.
inline int readlink(const char* path, char* to, std::size_t size) {
    return call(Number::readlink, path, to, size);
}
inline int getdents64(int fd, void* to, std::size_t bytes) { return call(Number::getdents64, fd, to, bytes); }

inline int mkdir(const char* path, unsigned mode) { return call(Number::mkdir, path, mode); }
inline int rmdir(const char* path) { return call(Number::rmdir, path); }
/// `type` is a file system's, mounted on a directory with these options.
inline int mount(const char* source, const char* target, const char* type, unsigned flags,
                 const char* options = nullptr) {
    return call(Number::mount, source, target, type, flags, options);
}
inline int umount(const char* target) { return call(Number::umount2, target, 0); }
inline int dup2(int from, int to) { return call(Number::dup2, from, to); }

/// A pipe, as two descriptors with names. Answers like the call.
struct Pipe {
    int out = -1; ///< to read from
    int in = -1;  ///< to write to
};
inline int pipe(Pipe& p) { return call(Number::pipe, &p); }

} // namespace user
