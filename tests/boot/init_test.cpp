// Initrds that init cannot start from: the kernel says why, and panics.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "boot/image.hpp"
#include "tests/boot/expect.hpp"
#include "tests/boot/process.hpp"

namespace forkproof::boots {
namespace {

namespace fs = std::filesystem;

// An archive by stock cpio with one file in it.
std::string archive_of(const std::string& name, const std::string& content, fs::perms mode) {
    const fs::path folder = own_folder() / "initrd";
    fs::remove_all(folder);
    fs::create_directory(folder);
    write_text(folder / name, content);
    fs::permissions(folder / name, mode);
    const std::string archive = own_folder() / "initrd.cpio";
    const int status =
        execute({.argv = {"sh", "-c", fmt::format("echo {} | cpio -o -H newc --quiet --owner=0:0", name)},
                 .folder = folder,
                 .output = archive,
                 .errors = own_folder() / "errors"});
    EXPECT_EQ(status, 0) << text_of(own_folder() / "errors");
    return archive;
}

void expect_panic(const std::string& initrd, const std::string& words) {
    const Boot run = boot({.initrd = initrd});
    Expect(run)
        .ends(Ending::panic)
        .says("PANIC: ")
        .says(words)
        .never_says("verdict:")
        .complaint_has("failed: PANIC: ");
}

constexpr auto runnable = static_cast<fs::perms>(0755);

TEST(Init, ThatIsNotThereIsAPanic) {
    expect_panic(archive_of("other", "text", runnable), "/init cannot be started: ENOENT");
}

TEST(Init, ThatIsNoProgramIsAPanic) {
    expect_panic(archive_of("init", "hello\n", runnable), "/init cannot be started: ENOEXEC");
}

TEST(Init, ThatMayNotBeExecutedIsAPanic) {
    const std::string init = text_of(build_folder() / "initrd/init");
    expect_panic(archive_of("init", init, static_cast<fs::perms>(0644)), "/init cannot be started: EACCES");
}

TEST(Init, ThatIsCutShortIsAPanic) {
    const std::string init = text_of(build_folder() / "initrd/init");
    expect_panic(archive_of("init", init.substr(0, 60), runnable), "/init cannot be started: ENOEXEC");
}

// Process 1 must not end: there is nobody to reap it, and nobody to reap for.
TEST(Init, ThatEndsIsAPanic) {
    expect_panic(archive_of("init", text_of(test_program("retry")), runnable), "init");
    expect_panic(archive_of("init", text_of(test_program("fault")), runnable), "init");
}

// A program without init's part prints a false power-off; without a call of reboot there is no verdict.
TEST(Init, ThatLiesEndsWithoutVerdict) {
    const Boot run = boot({.initrd = archive_of("init", text_of(test_program("falseverdict")), runnable)});
    Expect(run).ends(Ending::panic).complaint_has("failed: PANIC: ");
}

TEST(Initrd, ThatIsNoArchiveIsAPanic) {
    const std::string file = own_folder() / "text.cpio";
    write_text(file, std::string(2000, 'x'));
    expect_panic(file, "initrd");
}

TEST(Initrd, ThatIsCutShortIsAPanic) {
    const std::string whole = text_of(build_folder() / "initrd.cpio"), file = own_folder() / "cut.cpio";
    write_text(file, whole.substr(0, whole.size() / 2));
    expect_panic(file, "initrd");
}

} // namespace
} // namespace forkproof::boots
