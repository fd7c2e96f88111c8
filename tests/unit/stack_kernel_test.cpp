// The stack theorems on the kernel: as it is, and with faults planted in its bytes.
#include "proofs/image/elf.hpp"
#include "proofs/stack/stack.hpp"
#include "tests/unit/stack_code.hpp"

#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

using namespace forkproof::proofs;

const Image& kernel() {
    static const Image loaded = Image::load("build/kernel.elf");
    return loaded;
}

/// The theorem's report, over the image.
TheoremReport report(const std::string& name, const Image& image) {
    Setting setting;
    setting.image = std::make_shared<const Image>(image);
    for (const Theorem& theorem : stack_theorems()) {
        if (theorem.name != name) continue;
        try {
            return theorem.run(setting);
        } catch (const NotProved& failure) {
            TheoremReport refuted;
            refuted.outcome = failure.outcome;
            refuted.why = failure.lines;
            return refuted;
        }
    }
    throw std::runtime_error("no theorem " + name);
}

/// The first place in a function where these bytes stand; 0: nowhere.
u32 place_of(const std::string& function, const Bytes& bytes) {
    const Function& f = kernel().function(function);
    for (u32 a = f.address; a + bytes.size() <= f.end(); a++) {
        Bytes there(bytes.size());
        kernel().read(a, there);
        if (there == bytes) return a;
    }
    return 0;
}

/// release_nothing, which is a ret; behind it there is room.
u32 a_lone_return() {
    const Function& f = kernel().function("release_nothing");
    EXPECT_EQ(kernel().byte(f.address), 0xc3);
    EXPECT_GE(f.filling, 3U);
    return f.address;
}

TEST(KernelStack, HoldsEveryCall) {
    for (const Theorem& theorem : stack_theorems()) {
        const TheoremReport answer = report(theorem.name, kernel());
        EXPECT_EQ(answer.outcome, Outcome::proved)
            << theorem.name << ": " << (answer.why.empty() ? "" : answer.why[0]);
        EXPECT_GT(answer.paths, 20U) << theorem.name;
        EXPECT_FALSE(answer.assumptions.empty()) << theorem.name;
    }
}

TEST(KernelStack, PathsAddUpAndBeginAtTheGate) {
    for (const char* call : {"fork", "vfork", "clone", "exit", "wait4", "waitid", "execve"}) {
        StackAnalysis analysis(kernel());
        const stack::StackBound bound = analysis.call_bound(call);
        unsigned sum = 0;
        for (const auto& part : bound.path) sum += part.bytes;
        EXPECT_EQ(sum, bound.bytes) << call;
        EXPECT_EQ(bound.path.front().function, "entry_syscall") << call;
        EXPECT_GT(bound.bytes, bound_of(kernel(), std::string("sys_") + call).bytes) << call;
        EXPECT_GE(analysis.call_bound(call, true).bytes, bound.bytes) << call;
        EXPECT_LE(bound.bytes, StackAnalysis(kernel()).bound("entry_syscall").bytes) << call;
    }
}

// execve's own frame is large, and its size stands in one instruction: sub esp, imm32.
TEST(KernelStack, IsRefutedIfAFrameIsTooLarge) {
    Image grown = kernel();
    const u32 at = place_of("execute_file", {0x81, 0xec});
    ASSERT_NE(at, 0U);
    const u32 frame = kernel().word(at + 2);
    grown.patch(at + 2, Bytes{0, 0x20, 0, 0}); // 8192
    EXPECT_EQ(bound_of(grown, "sys_execve").bytes, bound_of(kernel(), "sys_execve").bytes - frame + 8192);
    const TheoremReport answer = report("stack/execve", grown);
    EXPECT_EQ(answer.outcome, Outcome::refuted);
    ASSERT_GE(answer.why.size(), 2U);
    EXPECT_NE(answer.why[1].find("execute_file 8"), std::string::npos) << answer.why[1];
    EXPECT_EQ(report("stack/every-call", grown).outcome, Outcome::refuted);
    EXPECT_EQ(report("stack/fork", grown).outcome, Outcome::proved);
}

// A function that calls itself, and one that leaves a word on the stack.
TEST(KernelStack, StopsAtPlantedRecursionAndImbalance) {
    const Function& target = kernel().function("do_fork");
    const Function& caller = kernel().function("copy_process");
    Image recursive = kernel();
    for (u32 a = target.address; a < target.end(); a++) {
        if (kernel().byte(a) != CALL || a + 5 + kernel().word(a + 1) != caller.address) continue;
        const u32 to_itself = target.address - (a + 5);
        recursive.patch(a + 1, Bytes{static_cast<u8>(to_itself), static_cast<u8>(to_itself >> 8),
                                     static_cast<u8>(to_itself >> 16), static_cast<u8>(to_itself >> 24)});
    }
    EXPECT_NE(stopped([&] { bound_of(recursive, "do_fork"); }).find("recursion: do_fork -> do_fork"),
              std::string::npos);

    Image crooked = kernel();
    crooked.patch(a_lone_return(), Bytes{0x50, 0xc3}); // push eax; ret
    EXPECT_NE(stopped([&] { bound_of(crooked, "copy_process"); }).find(": a return with esp 4 bytes below"),
              std::string::npos);
}

// The table of steps: a row that points into the middle of a function.
TEST(KernelStack, StopsAtATableThatIsNone) {
    Image broken = kernel();
    const u32 steps = kernel().symbol("steps");
    const u32 wrong = kernel().word(steps + 4) + 1;
    broken.patch(steps + 4, Bytes{static_cast<u8>(wrong), static_cast<u8>(wrong >> 8),
                                  static_cast<u8>(wrong >> 16), static_cast<u8>(wrong >> 24)});
    EXPECT_NE(stopped([&] { bound_of(broken, "copy_process"); }).find("steps+0x4 holds"), std::string::npos);
}

// Interrupts switched on in a call: what the theorem about traps rules out.
TEST(KernelStack, IsRefutedIfACallSwitchesInterruptsOn) {
    Image open = kernel();
    open.patch(a_lone_return(), Bytes{0xfb, 0xc3}); // sti; ret
    const TheoremReport answer = report("stack/traps", open);
    EXPECT_EQ(answer.outcome, Outcome::refuted);
    ASSERT_EQ(answer.why.size(), 2U);
    EXPECT_EQ(answer.why[0], "entry_syscall switches interrupts on while the kernel works");
    EXPECT_EQ(answer.why[1], "release_nothing");
}

} // namespace
} // namespace forkproof::tests
