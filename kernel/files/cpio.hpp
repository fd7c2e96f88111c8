// The archive that the initrd is: cpio's "newc" format (as `cpio -o -H newc` writes it), read without
// trusting it. Knows nothing of the kernel; the tests on the host run the same code.
#pragma once
#include "kernel/lib/string.hpp"

namespace forkproof {

/// One member of an archive. Texts point into the archive.
struct CpioEntry {
    Text name; ///< without leading "/" and "./"; "" is the root. No empty part, no "." and no ".." is in it
    u32 mode = 0;
    u32 uid = 0, gid = 0;
    u32 mtime = 0; ///< seconds since 1970
    u32 nlink = 0;
    u32 ino =
        0; ///< with nlink > 1: equal in the members that are links to one file, the last of which has data
    u32 dev_major = 0, dev_minor = 0;   ///< where `ino` counts
    u32 rdev_major = 0, rdev_minor = 0; ///< of a device
    Text data;
    u32 archive = 0; ///< several archives may follow each other: the number of this one
};

/// What is wrong with an archive, where, and with which member.
struct CpioError {
    Text what; ///< empty: there is no error
    std::size_t offset = 0;
    Text entry; ///< the member's name as it stands there, or that of the one before; may be empty
};

/// Goes through the members of one or more archives that follow each other, each ended by TRAILER!!!, with
/// zeros between them. A later member with the name of an earlier one replaces it: that is for the reader's
/// user to do.
class CpioReader {
  public:
    explicit CpioReader(Text archives) : all_(archives) {}
    /// The next member. False: there is none, or error().what is not empty.
    [[nodiscard]] bool next(CpioEntry& entry);
    [[nodiscard]] const CpioError& error() const { return error_; }

  private:
    bool read_header(CpioEntry& entry, u32& name_size, u32& file_size);
    bool read_name(CpioEntry& entry, u32 name_size);
    bool read_data(CpioEntry& entry, u32 file_size);
    bool fail(Text what);
    [[nodiscard]] bool take(std::size_t size, Text& to);
    void skip_zeros();
    void align();

    Text all_;
    std::size_t at_ = 0;    ///< what is read next
    std::size_t entry_ = 0; ///< where the current member's header begins
    Text last_name_;
    u32 archive_ = 0;
    bool inside_ = false; ///< an archive has begun and its TRAILER!!! has not come yet
    CpioError error_;
};

} // namespace forkproof
