// Faults in single machine instructions.
#include "proofs/image/elf.hpp"
#include "proofs/mutants/choose.hpp"
#include "proofs/mutants/mutation.hpp"
#include <gtest/gtest.h>
#include <map>

namespace forkproof::proofs::mutants {
namespace {

class MutantsMutation : public testing::Test {
  protected:
    /// Words of the mutations, by kind, of these bytes put where acquire_files begins.
    std::map<std::string, std::string> of(std::vector<u8> bytes) {
        Image image = kernel();
        const u32 at = image.function("acquire_files").address;
        image.patch(at, bytes);
        const Decoder decoder([&](u32 a) { return a - at < bytes.size() ? bytes[a - at] : -1; });
        std::map<std::string, std::string> found;
        for (const Mutation& m : mutations_of(decoder.at(at), image)) {
            EXPECT_TRUE(found.emplace(m.kind, m.words.substr(m.words.find("->") + 3)).second) << m.kind;
            EXPECT_EQ(m.name, "acquire_files/" + m.kind);
            const Image mutant = apply(m, image);
            EXPECT_NE(mutant.hash(), image.hash()) << m.kind;
            std::vector<u8> after(bytes.size() + 1);
            mutant.read(at, after);
            EXPECT_EQ(after.back(), image.byte(at + static_cast<u32>(bytes.size()))) << m.kind;
        }
        return found;
    }

    static const Image& kernel() {
        static const Image image = Image::load("build/kernel.elf");
        return image;
    }
};

using Words = std::map<std::string, std::string>;

TEST_F(MutantsMutation, AConditionIsInvertedMovedAndDropped) {
    const Words words = of({0x7c, 0x10}); // jl
    EXPECT_TRUE(words.at("condition-inverted").starts_with("jnl"));
    EXPECT_TRUE(words.at("boundary-moved").starts_with("jle"));
    EXPECT_EQ(words.at("condition-dropped"), "nothing");
    EXPECT_EQ(words.size(), 3U);
    EXPECT_TRUE(of({0x0f, 0x84, 0x10, 0, 0, 0}).at("condition-inverted").starts_with("jnz"));
    EXPECT_EQ(of({0x0f, 0x94, 0xc0}).at("condition-inverted"), "setnz al");
    EXPECT_EQ(of({0x0f, 0x43, 0xc2}).at("condition-inverted"), "cmovb eax, edx");
}

TEST_F(MutantsMutation, ACallAndAStoreAreDropped) {
    EXPECT_EQ(of({0xe8, 0, 1, 0, 0}).at("call-dropped"), "nothing");
    EXPECT_EQ(of({0xff, 0x54, 0x24, 0x08}).at("call-dropped"), "nothing"); // call [esp+8]
    const Words words = of({0xc7, 0x43, 0x08, 0x02, 0, 0, 0});             // mov dword [ebx+8], 2
    EXPECT_EQ(words.at("store-dropped"), "nothing");
    EXPECT_EQ(words.at("immediate+1"), "mov dword ptr [ebx+0x08], 0x03");
    EXPECT_EQ(words.at("immediate-1"), "mov dword ptr [ebx+0x08], 0x01");
    EXPECT_EQ(words.at("immediate-zero"), "mov dword ptr [ebx+0x08], 0x00");
    EXPECT_EQ(words.at("immediate-negative"), "mov dword ptr [ebx+0x08], 0xFFFFFFFE");
    EXPECT_EQ(words.at("displacement+4"), "mov dword ptr [ebx+0x0C], 0x02");
    EXPECT_EQ(words.at("displacement-4"), "mov dword ptr [ebx+0x04], 0x02");
}

TEST_F(MutantsMutation, AnOperationBecomesItsNeighbour) {
    EXPECT_EQ(of({0x01, 0xd0}).at("operation-swapped"), "sub eax, edx");
    EXPECT_EQ(of({0x83, 0xe8, 0x01}).at("operation-swapped"), "add eax, 0x01");
    EXPECT_EQ(of({0x83, 0x20, 0xfd}).at("operation-swapped").substr(0, 2), "or");
    EXPECT_EQ(of({0xff, 0x06}).at("operation-swapped"), "dec [esi]");
    EXPECT_EQ(of({0xc1, 0xe0, 0x0c}).at("operation-swapped"), "shr eax, 0x0C");
    EXPECT_EQ(of({0x0f, 0xb6, 0xc0}).at("operation-swapped"), "movsx eax, al");
    EXPECT_EQ(of({0x40}).at("operation-swapped"), "dec eax");
}

TEST_F(MutantsMutation, WhatOnlyKeepsTheFrameHasNone) {
    EXPECT_TRUE(of({0x55}).empty());                   // push ebp
    EXPECT_TRUE(of({0x89, 0xe5}).empty());             // mov ebp, esp
    EXPECT_TRUE(of({0x83, 0xec, 0x1c}).empty());       // sub esp, 28
    EXPECT_TRUE(of({0xc9}).empty());                   // leave
    EXPECT_TRUE(of({0xc3}).empty());                   // ret
    EXPECT_TRUE(of({0x8d, 0x76, 0x00}).empty());       // lea esi, [esi+0]
    EXPECT_TRUE(of({0x0f, 0x1f, 0x40, 0x00}).empty()); // nop
    EXPECT_TRUE(of({0xeb, 0x10}).empty());             // jmp
}

TEST_F(MutantsMutation, EveryMutationOfTheStepsIsAnotherInstructionOfTheSameLength) {
    const Image& image = kernel();
    const Decoder decoder([&](u32 a) { return image.holds(a, 1) ? image.byte(a) : -1; });
    std::size_t mutations = 0;
    for (const char* name : {"copy_process", "publish", "verdict", "acquire_fs"}) {
        const Function& function = image.function(name);
        for (u32 at = function.address; at < function.end(); at = decoder.at(at).next())
            for (const Mutation& m : mutations_of(decoder.at(at), image)) {
                mutations++;
                ASSERT_EQ(m.changes.size(), 1U) << m.name;
                EXPECT_EQ(m.changes[0].bytes.size(), decoder.at(at).length) << m.name;
                EXPECT_FALSE(m.line.empty()) << m.name;
            }
    }
    EXPECT_GT(mutations, 500U);
}

TEST_F(MutantsMutation, NeighboursInTheTableOfStepsAreSwapped) {
    const Layouts layouts = Layouts::load("build/kernel.elf");
    const auto all = mutations_of_step_table(kernel(), layouts);
    EXPECT_GE(all.size(), 20U); // 12 pairs of acquires, and of the releases those that differ
    for (const Mutation& m : all) {
        const Image mutant = apply(m, kernel());
        EXPECT_EQ(mutant.word(m.changes[0].address), kernel().word(m.changes[1].address)) << m.name;
        EXPECT_EQ(mutant.word(m.changes[1].address), kernel().word(m.changes[0].address)) << m.name;
    }
}

TEST(MutantsChoose, ASampleIsSpreadEvenly) {
    const std::vector<int> all{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    EXPECT_EQ(sample(all, 5), (std::vector<int>{0, 2, 4, 6, 8}));
    EXPECT_EQ(sample(all, 3), (std::vector<int>{0, 3, 6}));
    EXPECT_EQ(sample(all, 20), all);
    EXPECT_TRUE(sample(all, 0).empty());
}

} // namespace
} // namespace forkproof::proofs::mutants
