// The allocator of page frames, on sixteen megabytes of the host's memory.
#include <gtest/gtest.h>
#include <set>
#include <vector>

#include "tests/unit/host_machine.hpp"

namespace forkproof::tests {
namespace {

class FrameAllocator : public testing::Test {
  protected:
    void SetUp() override {
        start_machine();
        before_ = frame_totals();
    }
    void TearDown() override {
        EXPECT_EQ(frame_totals().free, before_.free) << "a test has not given all frames back";
        EXPECT_EQ(frame_totals().total, before_.total);
    }
    std::vector<Pfn> take_all(bool from_reserve) {
        std::vector<Pfn> taken;
        for (Pfn f; (f = alloc_frame(FrameUse::other, from_reserve)) != Pfn::none;) taken.push_back(f);
        return taken;
    }
    static void give_back(const std::vector<Pfn>& taken) {
        for (const Pfn f : taken) put_frame(f);
    }
    FrameTotals before_;
};

bool usable(u32 frame) {
    const u64 begin = u64{frame} << PAGE_SHIFT, end = begin + PAGE_SIZE;
    const BootInfo boot = pretended_boot_info();
    for (u32 i = 0; i < boot.e820_count; i++) {
        const E820Entry& e = boot.e820[i];
        if (e.type == E820_USABLE && e.base <= begin && end <= e.base + e.length) return true;
    }
    return false;
}

TEST_F(FrameAllocator, GivesOutEachUsableFrameOnceAndNoOther) {
    const std::vector<Pfn> taken = take_all(true);
    EXPECT_EQ(taken.size(), before_.free);
    std::set<Pfn> distinct(taken.begin(), taken.end());
    EXPECT_EQ(distinct.size(), taken.size());
    for (const Pfn f : taken) {
        ASSERT_TRUE(usable(raw(f))) << raw(f);
        ASSERT_GE(raw(phys(f)), IMAGE_END) << "the image was given out";
        ASSERT_EQ(frame_count(f), 1U);
        ASSERT_EQ(frame_use(f), FrameUse::other);
    }
    // the frame table is what lies between the image and the first frame: nothing else is missing
    EXPECT_LT(raw(phys(*distinct.begin())), IMAGE_END + 0x40000);
    give_back(taken);
}

TEST_F(FrameAllocator, CanWriteToEveryFrame) {
    const std::vector<Pfn> taken = take_all(true);
    for (const Pfn f : taken) *static_cast<u32*>(page_of(f)) = raw(f);
    for (const Pfn f : taken) ASSERT_EQ(*static_cast<u32*>(page_of(f)), raw(f));
    for (const Pfn f : taken) ASSERT_EQ(frame_count(f), 1U) << "the frame table was given out";
    give_back(taken);
}

TEST_F(FrameAllocator, KeepsAReserveForInit) {
    const std::vector<Pfn> ordinary = take_all(false);
    EXPECT_EQ(frame_totals().free, FRAME_RESERVE);
    const std::vector<Pfn> reserve = take_all(true);
    EXPECT_EQ(reserve.size(), FRAME_RESERVE);
    EXPECT_EQ(alloc_frame(FrameUse::user, true), Pfn::none);
    give_back(reserve);
    EXPECT_EQ(alloc_frame(FrameUse::user), Pfn::none);
    give_back(ordinary);
}

TEST_F(FrameAllocator, CountsHoldersAndUses) {
    const Pfn f = alloc_frame(FrameUse::user);
    ASSERT_NE(f, Pfn::none);
    EXPECT_EQ(frame_totals().used[static_cast<int>(FrameUse::user)],
              before_.used[static_cast<int>(FrameUse::user)] + 1);
    get_frame(f);
    get_frame(f);
    EXPECT_EQ(frame_count(f), 3U);
    put_frame(f);
    put_frame(f);
    EXPECT_EQ(frame_use(f), FrameUse::user);
    EXPECT_EQ(frame_totals().free, before_.free - 1);
    put_frame(f);
    EXPECT_EQ(frame_use(f), FrameUse::free);
    EXPECT_EQ(frame_totals().used[static_cast<int>(FrameUse::user)],
              before_.used[static_cast<int>(FrameUse::user)]);
}

TEST_F(FrameAllocator, DroppingWhatIsFreeOrReservedIsAPanic) {
    const Pfn f = alloc_frame(FrameUse::user);
    put_frame(f);
    EXPECT_THROW(put_frame(f), KernelPanic);
    EXPECT_THROW(put_frame(Pfn::none), KernelPanic);               // the BIOS's data
    EXPECT_THROW(put_frame(static_cast<Pfn>(0xa0)), KernelPanic);  // the VGA's memory
    EXPECT_THROW(put_frame(static_cast<Pfn>(0x100)), KernelPanic); // the kernel
}

TEST_F(FrameAllocator, KnowsWhichFramesExist) {
    EXPECT_TRUE(frame_exists(static_cast<Pfn>(0)));
    EXPECT_TRUE(frame_exists(static_cast<Pfn>((MACHINE_BYTES - 0x10000) / PAGE_SIZE - 1)));
    EXPECT_FALSE(frame_exists(static_cast<Pfn>(MACHINE_BYTES / PAGE_SIZE)));
    EXPECT_FALSE(frame_exists(static_cast<Pfn>(~0U)));
}

TEST_F(FrameAllocator, HandsOutTheLowestFirstAndTheLastFreedNext) {
    const Pfn first = alloc_frame(FrameUse::user), second = alloc_frame(FrameUse::user);
    put_frame(first);
    EXPECT_EQ(alloc_frame(FrameUse::user), first);
    put_frame(first);
    put_frame(second);
}

TEST(FrameAllocatorStart, TooLittleMemoryIsAPanicThatSaysHowMuchIsNeeded) {
    start_machine();
    // in a process of its own, for it spoils the allocator
    EXPECT_EXIT(
        {
            try {
                BootInfo boot = pretended_boot_info();
                boot.e820[3].length = 0x80000;
                frames_init(boot, 0);
            } catch (const KernelPanic& panic) {
                std::fprintf(stderr, "%s\n", panic.what());
                _exit(42);
            }
            _exit(0);
        },
        testing::ExitedWithCode(42), "KB of memory are not enough; give at least [0-9]+ KB");
}

TEST(FrameAllocatorStart, UsesAtMostWhatMemoryAllows) {
    start_machine();
    EXPECT_EXIT(
        {
            const u32 had = frame_totals().total;
            frames_init(pretended_boot_info(), 8);
            const u32 has = frame_totals().total - had;
            const bool limited = !frame_exists(static_cast<Pfn>((8 << 20) / PAGE_SIZE)) &&
                                 has < (8 << 20) / PAGE_SIZE && has > (6 << 20) / PAGE_SIZE;
            _exit(limited ? 42 : 1);
        },
        testing::ExitedWithCode(42), "");
}

} // namespace
} // namespace forkproof::tests
