// The tests' own tool must be able to fail: an expectation that does not hold fails its test, and says so.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "tests/boot/expect.hpp"

namespace forkproof::boots {
namespace {

Boot made_up() {
    Boot run;
    run.status = 12;
    run.lines = {"hello", "violation: fs-mnt: a sentence", "violation: a: another"};
    run.program_output = "hello\n";
    run.complaint = "failed: violation: a, fs-mnt\n";
    return run;
}

TEST(Expectation, ThatHoldsIsSilent) {
    const Boot run = made_up();
    Expect(run)
        .ends(Ending::violation)
        .says("fs-mnt: a")
        .line("hello")
        .never_says("PANIC")
        .last_line("violation: [a-z]+: another")
        .complains("failed: violation: a, fs-mnt")
        .complaint_has("a, fs-mnt")
        .program_prints("hello\n")
        .that(true, "all well");
    EXPECT_EQ(violated(run), "a, fs-mnt");
}

TEST(Expectation, ThatDoesNotHoldFailsTheTest) {
    static const Boot run = made_up();
    EXPECT_NONFATAL_FAILURE(Expect(run).ends(Ending::good),
                            "BAD     status 12 (violation), expected status 0 (good)");
    EXPECT_NONFATAL_FAILURE(Expect(run).says("verdict"), "MISSING verdict");
    EXPECT_NONFATAL_FAILURE(Expect(run).line("hell"), "MISSING line: hell");
    EXPECT_NONFATAL_FAILURE(Expect(run).never_says("hell"), "BAD     never: hell");
    EXPECT_NONFATAL_FAILURE(Expect(run).last_line("violation: a"), "BAD     last line: violation: a");
    EXPECT_NONFATAL_FAILURE(Expect(run).complains("failed: "), "BAD     complaint: failed: ");
    EXPECT_NONFATAL_FAILURE(Expect(run).complaint_has("vfork"), "MISSING in the complaint: vfork");
    EXPECT_NONFATAL_FAILURE(Expect(run).program_prints("hello"), "BAD     what programs printed");
    EXPECT_NONFATAL_FAILURE(Expect(run).that(false, "all well"), "BAD     all well");
}

// One expectation that fails is not forgiven because others hold.
TEST(Expectation, ReportsTheGoodWithTheBad) {
    static const Boot run = made_up();
    EXPECT_NONFATAL_FAILURE(Expect(run).says("nowhere").says("hello").ends(Ending::violation),
                            "    MISSING nowhere\n    GOOD    hello\n    GOOD    status 12 (violation)\n");
    EXPECT_NONFATAL_FAILURE(Expect(run).says("nowhere"), "    | violation: a: another\n");
}

} // namespace
} // namespace forkproof::boots
