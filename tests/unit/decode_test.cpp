#include "tests/unit/machine.hpp"

namespace forkproof::proofs::testing {
namespace {

std::string form_of(std::vector<std::uint8_t> code) {
    const Machine m(std::move(code));
    return form(m.decoder.at(CODE));
}

std::vector<std::string> complaints(std::vector<std::uint8_t> code) {
    const auto size = static_cast<std::uint32_t>(code.size());
    const Machine m(std::move(code));
    const CodeRange all[] = {{CODE, CODE + size, "f"}};
    return check_decoding(m.decoder, all);
}

TEST(Decode, FormsLeaveOutRegistersAndNumbers) {
    EXPECT_EQ(form_of({0x83, 0xc4, 0x1c}), "add r32,imm");
    EXPECT_EQ(form_of({0x05, 1, 2, 3, 4}), "add r32,imm");
    EXPECT_EQ(form_of({0x88, 0x24, 0x0b}), "mov m8,r8h");
    EXPECT_EQ(form_of({0x0f, 0xb7, 0x47, 0x10}), "movzx r32,m16");
    EXPECT_EQ(form_of({0x74, 0x00}), form_of({0x0f, 0x84, 0, 0, 0, 0}));
}

TEST(Decode, FormsKeepWhatChangesTheMeaning) {
    EXPECT_EQ(form_of({0xf3, 0xa5}), "rep movsd");
    EXPECT_EQ(form_of({0xd3, 0xe0}), "shl r32,cl");
    EXPECT_EQ(form_of({0xd1, 0xe0}), "shl r32,1");
    EXPECT_EQ(form_of({0xc1, 0xe0, 0x04}), "shl r32,imm");
    EXPECT_EQ(form_of({0x54}), "push esp");
    EXPECT_EQ(form_of({0xff, 0x74, 0x24, 0x08}), "push m32[esp]");
    EXPECT_EQ(form_of({0x1f}), "pop ds");
    EXPECT_EQ(form_of({0x65, 0xa1, 0, 0, 0, 0}), "mov r32,gs:m32");
}

TEST(Decode, CodeThatAgreesWithItselfHasNoComplaints) {
    EXPECT_TRUE(complaints({0x74, 0x01, 0x90, 0xc3}).empty());             // jz over a nop; ret
    EXPECT_TRUE(complaints({0xeb, 0x02, 0x90, 0x90, 0xc3, 0x90}).empty()); // jmp over padding
    EXPECT_TRUE(complaints({0xe8, 0xfb, 0xff, 0xff, 0xff}).empty());       // the last call does not return
}

TEST(Decode, DisagreementsAreNamed) {
    EXPECT_EQ(complaints({0x74, 0x01, 0xb8, 0, 0, 0, 0, 0xc3}),
              std::vector<std::string>{"0x1000 in f: goes to 0x1003, into the middle of an instruction"});
    EXPECT_EQ(complaints({0xc3, 0x40, 0xc3}),
              (std::vector<std::string>{"0x1001 in f: nothing reaches inc eax",
                                        "0x1002 in f: nothing reaches ret"}));
    EXPECT_EQ(complaints({0x40}),
              std::vector<std::string>{"0x1000 in f: inc eax is the function's last, and runs over its end"});
    EXPECT_EQ(complaints({0xc3, 0x0f, 0xff}).size(), 1U);
    EXPECT_EQ(complaints({0xeb, 0x70}),
              std::vector<std::string>{"0x1000 in f: goes to 0x1072, which is in no function"});
}

} // namespace
} // namespace forkproof::proofs::testing
