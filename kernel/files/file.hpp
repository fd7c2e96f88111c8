// kernel/files/ is what a task reaches by name or by number: open files and descriptor tables, inodes and the
// file systems they belong to (initrd, tmpfs), paths and names, mounting, pipes, and the console as a
// terminal.
#pragma once
#include "kernel/lib/kinds.hpp"
#include "kernel/lib/list.hpp"
#include "kernel/lib/string.hpp"
#include "kernel/namespaces/mount.hpp"
#include "kernel/task/held.hpp"
#include "kernel/task/wait_queue.hpp"

namespace forkproof {

struct File;

/// What an open file can do. A missing function is an error of its own (ESPIPE, EINVAL, ENOTTY).
struct FileOps {
    const char* name;
    /// Reads into (writes from) ring 3's memory at file->pos and moves it; bytes done or -errno. Sleeps only
    /// if it may `wait`, else EAGAIN.
    i32 (*read)(File& file, UserAddr to, u32 size, bool wait);
    i32 (*write)(File& file, UserAddr from, u32 size, bool wait);
    i32 (*lseek)(File& file, i64 offset, int whence, i64& result);
    i32 (*ioctl)(File& file, u32 command, UserAddr argument);
    /// The last reference is gone.
    void (*release)(File& file);
};

/// An open file: shared by descriptors (dup, fork), so the position is shared too.
struct File {
    u32 count = 1; ///< descriptors that refer to it
    u32 busy = 0;  ///< calls under way that use it: they keep it alive, but do not hold it
    const FileOps* ops = nullptr;
    u32 f_flags = 0; ///< O_RDONLY.. | O_APPEND | O_NONBLOCK
    i64 pos = 0;
    Inode* inode = nullptr;   ///< counted; null: a pipe
    Mount* mnt = nullptr;     ///< counted, where the file was opened by a path
    Pipe* pipe = nullptr;     ///< counted by readers/writers, where it is a pipe's end
    Socket* socket = nullptr; ///< counted
};

inline constexpr u32 NR_OPEN_DEFAULT = 32; ///< descriptors that a table holds without a page of its own
inline constexpr u32 NR_OPEN = 1024;       ///< most descriptors: one page of pointers

/// A descriptor table (files_struct). Tasks made with CLONE_FILES share one.
struct Files {
    u32 count = 1;
    u32 max_fds = NR_OPEN_DEFAULT;
    File** fd = nullptr; ///< fd_array, or a page
    u32 next_fd = 0;     ///< the lowest free descriptor (max_fds: none is free without growing)
    u32 end_fd = 0;      ///< one more than the highest descriptor in use
    File* fd_array[NR_OPEN_DEFAULT] = {};
    u32 close_on_exec[NR_OPEN / 32] = {};
};

inline constexpr u32 PIPE_PAGES = 16; ///< what a pipe holds (linux-2.6.33 PIPE_BUFFERS)

/// A ring of bytes over frames that come when they are first written to.
struct Pipe {
    u32 readers = 0, writers = 0; ///< open files that read from it, that write to it
    u32 head = 0, length = 0;     ///< the first byte in it, and how many there are
    u8* page[PIPE_PAGES] = {};    ///< null: no frame yet
    u32 ino = 0;                  ///< for fstat
    bool reset = false;           ///< of a stream between sockets: what was sent back was not read
    WaitQueue wait;               ///< readers wait for bytes, writers for room
};

// f_flags, and what open takes (linux-2.6.33 asm-generic/fcntl.h).
inline constexpr u32 O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_ACCMODE = 3, O_CREAT = 0100, O_EXCL = 0200,
                     O_NOCTTY = 0400, O_TRUNC = 01000, O_APPEND = 02000, O_NONBLOCK = 04000,
                     O_LARGEFILE = 0100000, O_DIRECTORY = 0200000, O_NOFOLLOW = 0400000, O_CLOEXEC = 02000000;

/// Access mode 3 is neither: Linux opens such a file for ioctl alone.
[[nodiscard]] inline bool readable(const File& f) { return (f.f_flags + 1) & 1; }
[[nodiscard]] inline bool writable(const File& f) { return (f.f_flags + 1) & 2; }

inline void get_file(File* f) { f->count++; }
/// Drops one count; the last one calls release, puts the mount and frees the file.
void put_file(File* f);

/// Keeps a file alive while a call uses it, which may sleep while another thread closes the descriptor.
class BusyFile {
  public:
    explicit BusyFile(File* f) : file_(f) {
        if (file_) file_->busy++;
    }
    ~BusyFile();
    BusyFile(const BusyFile&) = delete;
    BusyFile& operator=(const BusyFile&) = delete;
    explicit operator bool() const { return file_ != nullptr; }
    File* operator->() const { return file_; }
    File& operator*() const { return *file_; }

  private:
    File* file_;
};

/// A copy of the table: the same open files, one count more each. Null: ENOMEM (or EMFILE) in `error`.
[[nodiscard]] Files* dup_files(Files* old, Errno& error);
inline void get_files(Files* f) { f->count++; }

/// Closes the descriptors marked close-on-exec.
void close_on_exec(Files& files);
/// Takes back that the table has grown since it had this much room: nothing is open beyond that.
void shrink_fdtable(Files& files, u32 max_fds);
/// The lowest free descriptor now refers to `file` (whose count passes to the table), or -EMFILE, -ENOMEM.
[[nodiscard]] i32 install_fd(Files& files, File* file, bool cloexec);
/// The file behind a descriptor, not counted; null: EBADF.
[[nodiscard]] File* fd_file(Files& files, u32 fd);
/// The lowest free descriptor from `from` on, with room for it in the table. EMFILE (the current task's
/// RLIMIT_NOFILE), ENOMEM.
Result<u32> free_fd(Files& files, u32 from);
/// Descriptors lie below this: the current task's RLIMIT_NOFILE, at most NR_OPEN.
[[nodiscard]] u32 descriptor_limit();
/// Stores a file, whose count passes to the table, under a free descriptor that free_fd gave. Cannot fail.
void set_fd(Files& files, u32 fd, File* file, bool cloexec);
/// Takes a file out of the table; its count passes to the caller. Null: EBADF.
[[nodiscard]] File* remove_fd(Files& files, u32 fd);
[[nodiscard]] bool fd_cloexec(const Files& files, u32 fd);
void set_fd_cloexec(Files& files, u32 fd, bool on);

/// A pipe and its two ends, each with a count of one. ENOMEM: nothing is left of it.
[[nodiscard]] Errno make_pipe(u32 f_flags, File*& read_end, File*& write_end);
/// What the ends of a pipe do, for those who have one without a file. `signals`: SIGPIPE where nobody reads.
[[nodiscard]] i32 read_pipe(Pipe& pipe, UserAddr to, u32 size, bool wait);
[[nodiscard]] i32 write_pipe(Pipe& pipe, UserAddr from, u32 size, bool wait, bool signals);
/// One reader or writer less; without either the pipe goes.
void close_pipe_end(Pipe* pipe, bool reader);

/// Opens the console three times as descriptors 0, 1 and 2: what init starts with. ENOMEM.
[[nodiscard]] Errno open_console(Files& files);

} // namespace forkproof
