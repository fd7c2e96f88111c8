// The kernel's own table of steps as the image has it, and that faults in one like it are noticed.
#include "proofs/history/own_image.hpp"
#include "proofs/history/theorems.hpp"
#include <algorithm>
#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

using namespace proofs;

constexpr const char* KERNEL = "build/kernel.elf";

const OwnTable& table() {
    static const OwnTable read = own_table(Image::load(KERNEL), Layouts::load(KERNEL));
    return read;
}

Outcome judge(const Ladder& ladder) {
    return run_history_theorem(own_ladder_theorems().front(), ladder).outcome;
}

OwnStep row(const std::string& name) {
    for (const OwnStep& step : table().rows)
        if (step.name == name) return step;
    ADD_FAILURE() << "the image has no step " << name;
    return {};
}

TEST(OwnLadder, IsReadFromTheImage) {
    EXPECT_EQ(table().rows.front().name, "task");
    EXPECT_EQ(table().rows.back().name, "signal-check");
    EXPECT_TRUE(row("files").can_fail);
    EXPECT_TRUE(row("files").releases);
    EXPECT_FALSE(row("sched").can_fail);
    EXPECT_FALSE(row("sched").releases);
    EXPECT_FALSE(row("signal-check").releases);
}

TEST(OwnLadder, IsProved) { EXPECT_EQ(judge(own_ladder(table().rows)), Outcome::proved); }

TEST(OwnLadder, OfAnotherTableOfStepsIsRefused) {
    Image image = Image::load(KERNEL);
    const Layouts layouts = Layouts::load(KERNEL);
    const u32 steps = image.symbol("steps");
    const u8 nowhere[4] = {0, 0, 0, 0xf0};
    image.patch(steps + layouts.field("Step", "name").offset, nowhere);
    EXPECT_THROW(own_table(image, layouts), BadImage);
}

TEST(OwnLadder, LeaksWhatARowDoesNotRelease) {
    for (const OwnStep& step : table().rows) {
        std::vector<OwnStep> rows = table().rows;
        for (OwnStep& other : rows)
            if (other.name == step.name) other.releases = false;
        EXPECT_EQ(judge(own_ladder(rows)), step.releases ? Outcome::refuted : Outcome::proved) << step.name;
    }
}

TEST(OwnLadder, LeaksAnIoBitmapOnceThereIsOneAndNoRelease) {
    Ladder ladder = own_ladder(table().rows);
    ladder.takes.push_back({"thread", "I/O bitmap", 1, LadderWhen{.has = HAS_IO_BITMAP}});
    EXPECT_EQ(judge(ladder), Outcome::refuted);
}

TEST(OwnLadder, DropsWhatIsTheParentsUnlessPointersStartAsNull) {
    Ladder ladder = own_ladder(table().rows);
    ladder.resources = ladder_of_2_6_33().resources;
    EXPECT_EQ(judge(ladder), Outcome::refuted);
}

TEST(OwnLadder, MustReleaseLastTakenFirst) {
    Ladder ladder = own_ladder(table().rows);
    auto release_of = [&](const char* resource) {
        return std::find_if(ladder.releases.begin(), ladder.releases.end(),
                            [&](const Ladder::Release& r) { return r.resource == resource; });
    };
    std::swap(release_of("files")->resource, release_of("fs")->resource);
    EXPECT_EQ(judge(ladder), Outcome::refuted);
}

} // namespace
} // namespace forkproof::tests
