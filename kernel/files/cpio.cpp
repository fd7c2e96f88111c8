#include "kernel/files/cpio.hpp"

namespace forkproof {

namespace {

// The header (linux Documentation/early-userspace/buffer-format.txt): a magic of six characters, then
// thirteen numbers of eight hexadecimal digits.
constexpr Text MAGIC = "070701", MAGIC_CRC = "070702", MAGIC_ODC = "070707", TRAILER = "TRAILER!!!";
constexpr u32 MAGIC_SIZE = 6, FIELD_SIZE = 8;
enum Field : u8 {
    INO,
    MODE,
    UID,
    GID,
    NLINK,
    MTIME,
    FILESIZE,
    DEVMAJOR,
    DEVMINOR,
    RDEVMAJOR,
    RDEVMINOR,
    NAMESIZE,
    CHECK,
    FIELDS
};
constexpr u32 ALIGNMENT = 4;
constexpr u32 PATH_MAX = 4096; // linux/limits.h

constexpr u32 TYPE_MASK = 0170000, TYPE_DIRECTORY = 0040000, TYPE_LINK = 0120000, TYPE_REGULAR = 0100000,
              TYPE_CHAR = 0020000, TYPE_BLOCK = 0060000, TYPE_FIFO = 0010000, TYPE_SOCKET = 0140000;

bool known_type(u32 mode) {
    const u32 type = mode & TYPE_MASK;
    return type == TYPE_DIRECTORY || type == TYPE_LINK || type == TYPE_REGULAR || type == TYPE_CHAR ||
           type == TYPE_BLOCK || type == TYPE_FIFO || type == TYPE_SOCKET;
}

/// -1: not a hexadecimal digit.
int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool hexadecimal(Text digits, u32& value) {
    value = 0;
    for (std::size_t i = 0; i < digits.size; i++) {
        const int v = digit_value(digits.data[i]);
        if (v < 0) return false;
        value = value << 4 | static_cast<u32>(v);
    }
    return true;
}

/// Strips "/" and "./" from the front; "." alone is the root.
Text from_root(Text name) {
    for (;;) {
        if (name.starts_with("/")) {
            name = name.from(1);
        } else if (name.starts_with("./")) {
            name = name.from(2);
        } else {
            return name == "." ? name.from(1) : name;
        }
    }
}

bool good_parts(Text name) {
    if (name.size == 0) return true;
    for (;;) {
        const Text part = name.until(name.find('/'));
        if (part.size == 0 || part == "." || part == "..") return false;
        if (part.size == name.size) return true;
        name = name.from(part.size + 1);
    }
}

} // namespace

bool CpioReader::fail(Text what) {
    error_ = {what, entry_, last_name_};
    return false;
}

bool CpioReader::take(std::size_t size, Text& to) {
    if (size > all_.size - at_) return false;
    to = {all_.data + at_, size};
    at_ += size;
    return true;
}

void CpioReader::skip_zeros() {
    while (at_ < all_.size && all_.data[at_] == '\0') at_++;
}

void CpioReader::align() {
    at_ = (at_ + ALIGNMENT - 1) & ~std::size_t{ALIGNMENT - 1};
    if (at_ > all_.size) at_ = all_.size;
}

bool CpioReader::read_header(CpioEntry& entry, u32& name_size, u32& file_size) {
    Text magic;
    if (!take(MAGIC_SIZE, magic)) return fail("the archive is cut off within a header");
    if (magic == MAGIC_CRC) return fail("the archive has checksums: make it with cpio -H newc");
    if (magic == MAGIC_ODC) return fail("the archive is in the old format: make it with cpio -H newc");
    if (!(magic == MAGIC)) return fail("this is no cpio header (it should begin with 070701)");
    u32 field[FIELDS] = {};
    for (u32& f : field) {
        Text digits;
        if (!take(FIELD_SIZE, digits)) return fail("the archive is cut off within a header");
        if (!hexadecimal(digits, f)) return fail("a header has a number that is not hexadecimal");
    }
    name_size = field[NAMESIZE];
    file_size = field[FILESIZE];
    entry = {.name = {},
             .mode = field[MODE],
             .uid = field[UID],
             .gid = field[GID],
             .mtime = field[MTIME],
             .nlink = field[NLINK],
             .ino = field[INO],
             .dev_major = field[DEVMAJOR],
             .dev_minor = field[DEVMINOR],
             .rdev_major = field[RDEVMAJOR],
             .rdev_minor = field[RDEVMINOR],
             .data = {},
             .archive = archive_};
    return true;
}

bool CpioReader::read_name(CpioEntry& entry, u32 name_size) {
    if (name_size < 2) return fail("a name is empty");
    if (name_size > PATH_MAX) return fail("a name is longer than 4095 characters");
    Text name;
    if (!take(name_size, name)) return fail("the archive is cut off within a name");
    if (name.data[name_size - 1] != '\0') return fail("a name does not end with NUL");
    name = name.until(name_size - 1);
    if (name.find('\0') != name.size) return fail("a name has a NUL in it");
    last_name_ = name;
    entry.name = from_root(name);
    return true;
}

bool CpioReader::read_data(CpioEntry& entry, u32 file_size) {
    if (!good_parts(entry.name)) return fail("a name has an empty part, a . or a .. in it");
    if (!known_type(entry.mode)) return fail("a mode names no known type of file");
    const u32 type = entry.mode & TYPE_MASK;
    if (entry.name.size == 0 && type != TYPE_DIRECTORY) return fail("the root is not a directory");
    if (file_size != 0 && type != TYPE_REGULAR && type != TYPE_LINK)
        return fail("something that is neither a file nor a link has contents");
    if (!take(file_size, entry.data)) return fail("the archive is cut off within a file's contents");
    if (type == TYPE_LINK &&
        (file_size == 0 || file_size >= PATH_MAX || entry.data.find('\0') != entry.data.size))
        return fail("a symbolic link's target is empty, too long or has a NUL in it");
    align();
    return true;
}

bool CpioReader::next(CpioEntry& entry) {
    if (error_.what.size != 0) return false;
    for (;;) {
        if (!inside_) skip_zeros();
        entry_ = at_;
        if (at_ == all_.size) {
            if (inside_) return fail("the archive ends without TRAILER!!! (is it cut off?)");
            if (archive_ == 0) return fail("there is no archive");
            return false;
        }
        if (at_ % ALIGNMENT != 0) return fail("a header is not at a multiple of four");
        u32 name_size = 0, file_size = 0;
        if (!read_header(entry, name_size, file_size) || !read_name(entry, name_size)) return false;
        align();
        if (!(last_name_ == TRAILER)) {
            inside_ = true;
            return read_data(entry, file_size);
        }
        inside_ = false;
        archive_++;
        last_name_ = {};
    }
}

} // namespace forkproof
