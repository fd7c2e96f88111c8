// The cpio reader with archives of stock cpio, and with hostile ones.
#include <gtest/gtest.h>

#include "kernel/files/cpio.hpp"
#include "tests/unit/hostile.hpp"
#include <cstdio>
#include <cstdlib>
#include <map>

namespace forkproof::tests {
namespace {

constexpr u32 REGULAR = 0100644, DIRECTORY = 0040755, SYMLINK = 0120777, FIFO = 0010644;

struct Member {
    std::string name;
    u32 mode = REGULAR;
    std::string data;
    u32 ino = 1, nlink = 1;
};

void pad(std::string& archive) {
    while (archive.size() % 4 != 0) archive += '\0';
}

std::string header(const Member& m, std::size_t name_size, std::size_t file_size) {
    char text[128];
    std::snprintf(text, sizeof text, "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X", m.ino,
                  m.mode, 1000, 1001, m.nlink, 0x5f5e100, file_size, 8, 1, 4, 64, name_size, 0);
    return text;
}

void append(std::string& archive, const Member& m) {
    archive += header(m, m.name.size() + 1, m.data.size()) + m.name + '\0';
    pad(archive);
    archive += m.data;
    pad(archive);
}

std::string archive_of(const std::vector<Member>& members) {
    std::string archive;
    for (const Member& m : members) append(archive, m);
    append(archive, {"TRAILER!!!", 0, "", 0, 1});
    return archive;
}

struct Read {
    std::vector<CpioEntry> entries;
    std::string error;
    std::size_t offset = 0;
    std::string entry;
};

Read read(Text archive) {
    Read result;
    CpioReader reader(archive);
    CpioEntry entry;
    while (reader.next(entry)) {
        result.entries.push_back(entry);
        if (result.entries.size() > archive.size) {
            ADD_FAILURE() << "more members than bytes";
            break;
        }
    }
    result.error = str(reader.error().what);
    result.offset = reader.error().offset;
    result.entry = str(reader.error().entry);
    EXPECT_FALSE(reader.next(entry)) << "after the end, or an error, there is nothing";
    return result;
}

std::string error_of(const std::string& archive) { return read(GuardedBytes(archive).text()).error; }
std::string error_of(const std::vector<Member>& members) { return error_of(archive_of(members)); }

TEST(Cpio, ReadsMembers) {
    const std::string archive =
        archive_of({{".", DIRECTORY, ""}, {"./bin/tour", REGULAR, "hello"}, {"/etc/x", REGULAR, ""}});
    const GuardedBytes bytes(archive);
    const Read r = read(bytes.text());
    EXPECT_EQ(r.error, "");
    ASSERT_EQ(r.entries.size(), 3U);
    EXPECT_EQ(str(r.entries[0].name), "");
    EXPECT_EQ(str(r.entries[1].name), "bin/tour");
    EXPECT_EQ(str(r.entries[1].data), "hello");
    EXPECT_EQ(r.entries[1].mode, REGULAR);
    EXPECT_EQ(r.entries[1].uid, 1000U);
    EXPECT_EQ(r.entries[1].gid, 1001U);
    EXPECT_EQ(r.entries[1].mtime, 0x5f5e100U);
    EXPECT_EQ(r.entries[1].rdev_major, 4U);
    EXPECT_EQ(r.entries[1].rdev_minor, 64U);
    EXPECT_EQ(str(r.entries[2].name), "etc/x");
}

TEST(Cpio, ReadsWhatStockCpioWrites) {
    char folder[] = "/tmp/forkproof-cpio-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    const std::string in = std::string("cd ") + folder + " && ";
    const std::string make =
        in + "mkdir -p bin && printf 'contents\\n' > bin/a && ln bin/a bin/b && ln -s a bin/c && "
             "mkfifo pipe && find . | LC_ALL=C sort | cpio -o -H newc --quiet";
    std::string archive;
    FILE* pipe = popen(make.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    char buffer[4096];
    for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) archive.append(buffer, n);
    EXPECT_EQ(pclose(pipe), 0);
    EXPECT_EQ(std::system((std::string("rm -r ") + folder).c_str()), 0);

    const GuardedBytes bytes(archive);
    const Read r = read(bytes.text());
    EXPECT_EQ(r.error, "");
    std::map<std::string, CpioEntry> by_name;
    for (const CpioEntry& e : r.entries) by_name[str(e.name)] = e;
    ASSERT_EQ(by_name.size(), 6U);
    EXPECT_EQ(by_name["bin"].mode & 0170000, 0040000U);
    EXPECT_EQ(str(by_name["bin/c"].data), "a");
    EXPECT_EQ(by_name["bin/c"].mode & 0170000, 0120000U);
    EXPECT_EQ(by_name["bin/a"].ino, by_name["bin/b"].ino);
    EXPECT_EQ(by_name["bin/a"].nlink, 2U);
    EXPECT_EQ(str(by_name["bin/a"].data) + str(by_name["bin/b"].data), "contents\n"); // the last link has it
    EXPECT_EQ(by_name["pipe"].mode & 0170000, 0010000U);
}

TEST(Cpio, ReadsArchivesThatFollowEachOther) {
    std::string both = archive_of({{"one", REGULAR, "1"}});
    both.resize((both.size() + 511) / 512 * 512, '\0');
    both += archive_of({{"two", REGULAR, "2"}});
    both.resize((both.size() + 511) / 512 * 512, '\0');
    const GuardedBytes bytes(both);
    const Read r = read(bytes.text());
    EXPECT_EQ(r.error, "");
    ASSERT_EQ(r.entries.size(), 2U);
    EXPECT_EQ(r.entries[0].archive, 0U);
    EXPECT_EQ(r.entries[1].archive, 1U);
    EXPECT_EQ(str(r.entries[1].name), "two");
}

TEST(Cpio, AnEmptyArchiveIsGoodAndNoArchiveIsNot) {
    EXPECT_EQ(error_of(archive_of({})), "");
    EXPECT_NE(error_of(std::string()), "");
    EXPECT_NE(error_of(std::string(512, '\0')), "");
}

TEST(Cpio, RefusesNamesThatLeaveTheRoot) {
    for (const char* name : {"..", "../x", "a/../b", "a/..", "a/./b", "a//b", "a/"})
        EXPECT_NE(error_of({{name, REGULAR, "x"}}), "") << name;
    for (const char* name : {"...", "a..b", "..a", ".hidden", "////x", "./././x"})
        EXPECT_EQ(error_of({{name, REGULAR, "x"}}), "") << name;
    EXPECT_NE(error_of({{std::string("a\0b", 3), REGULAR, "x"}}), "");
    EXPECT_NE(error_of({{std::string(4096, 'n'), REGULAR, "x"}}), "");
}

TEST(Cpio, RefusesTypesThatMakeNoSense) {
    EXPECT_NE(error_of({{"x", 0644, "x"}}), "");         // no type
    EXPECT_NE(error_of({{"x", 0170644, "x"}}), "");      // an unknown one
    EXPECT_NE(error_of({{"x", DIRECTORY, "data"}}), ""); // a directory with contents
    EXPECT_NE(error_of({{"x", FIFO, "data"}}), "");
    EXPECT_NE(error_of({{"x", SYMLINK, ""}}), ""); // a link to nothing
    EXPECT_NE(error_of({{"x", SYMLINK, std::string("a\0b", 3)}}), "");
    EXPECT_NE(error_of({{".", REGULAR, "x"}}), ""); // a root that is a file
}

TEST(Cpio, SaysWhatOtherFormatItIs) {
    std::string archive = archive_of({{"x", REGULAR, "x"}});
    archive.replace(0, 6, "070702");
    EXPECT_NE(error_of(archive).find("checksums"), std::string::npos);
    archive.replace(0, 6, "070707");
    EXPECT_NE(error_of(archive).find("old format"), std::string::npos);
    archive.replace(0, 6, "\x1f\x8b\x08\x00\x00\x00");
    EXPECT_NE(error_of(archive).find("no cpio header"), std::string::npos);
}

TEST(Cpio, SaysWhereAndWithWhichMember) {
    std::string archive = archive_of({{"good", REGULAR, "data"}, {"bad", REGULAR, "data"}});
    const std::size_t second = archive.find("070701", 6);
    archive[second + 20] = 'g'; // not a hexadecimal digit
    const Read r = read(GuardedBytes(archive).text());
    EXPECT_EQ(r.entries.size(), 1U);
    EXPECT_NE(r.error.find("hexadecimal"), std::string::npos);
    EXPECT_EQ(r.offset, second);
    EXPECT_EQ(r.entry, "good"); // the member before: this one's name is not read yet
}

TEST(Cpio, SizesThatReachBeyondTheArchiveAreRefused) {
    for (const char* size : {"FFFFFFFF", "7FFFFFFF", "FFFFFFFC", "00000100"}) {
        std::string archive = archive_of({{"x", REGULAR, "data"}});
        archive.replace(6 + 6 * 8, 8, size); // filesize
        EXPECT_NE(error_of(archive), "") << size;
        archive = archive_of({{"x", REGULAR, "data"}});
        archive.replace(6 + 11 * 8, 8, size); // namesize
        EXPECT_NE(error_of(archive), "") << size;
    }
    std::string archive = archive_of({{"x", REGULAR, "data"}});
    archive.replace(6 + 11 * 8, 8, "00000000");
    EXPECT_NE(error_of(archive), "");
}

TEST(Cpio, ACutArchiveIsRefusedWhereverItIsCut) {
    const std::string good =
        archive_of({{"dir", DIRECTORY, ""}, {"dir/file", REGULAR, "some bytes"}, {"l", SYMLINK, "dir"}});
    std::size_t accepted = 0;
    each_prefix(good, [&](Text archive, std::size_t size) {
        // what may be missing is the padding behind TRAILER!!! only
        if (read(archive).error.empty()) {
            accepted++;
            EXPECT_GE(size + 4, good.size());
        }
    });
    EXPECT_LT(accepted, 4U);
}

TEST(Cpio, DataAndNamesLieInsideWhateverIsChanged) {
    const std::string good =
        archive_of({{"dir", DIRECTORY, ""}, {"dir/file", REGULAR, "some bytes"}, {"l", SYMLINK, "dir"}});
    auto check = [](Text archive) {
        const Read r = read(archive);
        for (const CpioEntry& e : r.entries) {
            ASSERT_GE(e.name.data, archive.data);
            ASSERT_LE(e.name.data + e.name.size, archive.data + archive.size);
            ASSERT_GE(e.data.data, archive.data);
            ASSERT_LE(e.data.data + e.data.size, archive.data + archive.size);
            ASSERT_EQ(str(e.name).find(".."), std::string::npos);
        }
        ASSERT_LE(r.offset, archive.size);
    };
    each_changed_byte(good, good.size(), [&](Text archive, std::size_t) { check(archive); });
    random_changes(good, good.size(), 20000, check);
}

} // namespace
} // namespace forkproof::tests
