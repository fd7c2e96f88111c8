// Frames put together, on code made by hand: the worst path, recursion, and calls through pointers.
#include "tests/unit/stack_code.hpp"

#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

using namespace forkproof::proofs::stack;

/// sub esp, bytes; then the calls; add esp, bytes; ret
Bytes calls(unsigned self, std::uint8_t bytes, std::initializer_list<unsigned> callees) {
    Bytes code{0x83, 0xec, bytes};
    for (const unsigned callee : callees)
        code = code + go(CALL, self, static_cast<unsigned>(code.size()), callee);
    return code + Bytes{0x83, 0xc4, bytes, 0xc3};
}

struct Analysed {
    explicit Analysed(const HandMade& made, const std::vector<Pointed>& rows = {},
                      const Beliefs& beliefs = {})
        : pointers(made.reader, rows), kernel(made.reader, pointers, beliefs) {}
    Pointers pointers;
    Kernel kernel;
};

std::string path_of(const StackBound& bound) {
    std::string path;
    for (const auto& part : bound.path) path += part.function + " " + std::to_string(part.bytes) + " ";
    return path;
}

TEST(StackDepth, IsThatOfTheWorstPath) {
    const HandMade made({{"top", calls(0, 8, {1, 2})},
                         {"wide", calls(1, 64, {})},
                         {"long", calls(2, 16, {3})},
                         {"deep", calls(3, 60, {})}});
    Analysed a(made);
    const StackBound bound = a.kernel.bound(function(0));
    EXPECT_EQ(bound.bytes, 92U);
    EXPECT_EQ(path_of(bound), "top 12 long 20 deep 60 ");
    EXPECT_EQ(a.kernel.bound(function(1)).bytes, 64U);
}

TEST(StackDepth, GrowsWithAFrame) {
    const auto bound = [](std::uint8_t bytes) {
        const HandMade made({{"top", calls(0, 8, {1})}, {"leaf", calls(1, bytes, {})}});
        return Analysed(made).kernel.bound(function(0)).bytes;
    };
    EXPECT_EQ(bound(100), bound(40) + 60);
}

TEST(StackDepth, StopsAtRecursion) {
    const HandMade made({{"top", calls(0, 8, {1})}, {"odd", calls(1, 8, {2})}, {"even", calls(2, 8, {1})}});
    Analysed a(made);
    // None of it returns, as each only calls: so they end at the call. Still it is recursion.
    EXPECT_EQ(stopped([&] { a.kernel.bound(function(0)); }),
              "recursion: odd -> even -> odd: make it a loop, or say in proofs/stack/kernel_rows.cpp how "
              "deep it nests "
              "and why");
}

TEST(StackDepth, OfRecursionThatABeliefBounds) {
    // test eax, eax; je over; call self; over: ret
    const HandMade made({{"self", Bytes{0x85, 0xc0, 0x74, 5} + go(CALL, 0, 4, 0) + Bytes{0xc3}}});
    EXPECT_NE(stopped([&] { Analysed(made).kernel.bound(function(0)); }), "");
    const auto bound = [&](unsigned times) {
        return Analysed(made, {},
                        {.nestings = {{"self", times, "a reason"}},
                         .left_out = {},
                         .entered = {},
                         .stack_switch = {}})
            .kernel.bound(function(0));
    };
    EXPECT_EQ(bound(1).bytes, 4U);
    EXPECT_EQ(path_of(bound(3)), "self 4 self 4 self 4 ");
}

TEST(StackDepth, LeavesOutThePanicUnlessAskedFor) {
    const HandMade made({{"top", calls(0, 8, {1, 2})},
                         {"leaf", calls(1, 4, {})},
                         {"panic", {0x83, 0xec, 0x70, 0xf4, 0xeb, 0xfd}}});
    Analysed a(made, {},
               {.nestings = {}, .left_out = {{"panic", true, "the end"}}, .entered = {}, .stack_switch = {}});
    EXPECT_EQ(a.kernel.bound(function(0)).bytes, 16U);
    EXPECT_EQ(a.kernel.bound(function(0), true).bytes, 12U + 112);
}

// mov eax, [table]; sub esp, 8; call eax; add esp, 8; ret
const Bytes through_the_table{0xa1, 0, 0x80, 0, 0, 0x83, 0xec, 8, 0xff, 0xd0, 0x83, 0xc4, 8, 0xc3};

TEST(StackDepth, FollowsATableToItsWorstRow) {
    const HandMade made(
        {{"top", through_the_table}, {"small", calls(1, 4, {})}, {"large", calls(2, 100, {})}},
        {function(1), function(2)});
    Analysed a(made, {{"top", Pointed::By::column, {"table"}, 0, 4, "an index"}});
    EXPECT_EQ(path_of(a.kernel.bound(function(0))), "top 12 large 100 ");
    EXPECT_TRUE(a.pointers.gaps({}).empty());
    a.pointers.choose("top", function(1));
    a.kernel.forget();
    EXPECT_EQ(path_of(a.kernel.bound(function(0))), "top 12 small 4 ");
    EXPECT_NE(stopped([&] { a.pointers.choose("top", function(0)); }), "");
}

TEST(StackDepth, StopsAtACallThroughAPointerWithoutARow) {
    const HandMade made({{"top", through_the_table}, {"small", calls(1, 4, {})}}, {function(1)});
    Analysed a(made);
    EXPECT_EQ(stopped([&] { a.kernel.bound(function(0)); }),
              "top+0x8: a call through a pointer, and no row says where it may lead: give top one in "
              "proofs/stack/kernel_rows.cpp");
    EXPECT_EQ(a.pointers.gaps({}).size(), 2U) << "the call, and the address in the table";
    EXPECT_EQ(a.pointers.gaps({{"small", "the machine"}}).size(), 1U);
}

TEST(StackDepth, StopsAtARowThatFitsNothing) {
    const HandMade made({{"top", through_the_table}, {"small", calls(1, 4, {})}}, {function(1), 0x1234});
    EXPECT_NE(stopped([&] {
                  Analysed(made, {{"top", Pointed::By::column, {"table"}, 0, 4, "an index"}});
              }).find("table+0x4 holds 0x1234, which is no function"),
              std::string::npos);
    EXPECT_NE(stopped([&] {
                  Analysed(made, {{"top", Pointed::By::column, {"tables"}, 0, 4, "an index"}});
              }),
              "");
    EXPECT_NE(stopped([&] { Analysed(made, {{"top", Pointed::By::named, {"nobody"}, 0, 0, ""}}); }), "");
    const std::vector<Pointed> both{{"top", Pointed::By::column, {"table"}, 0, 8, "the first"},
                                    {"small", Pointed::By::named, {"small"}, 0, 0, ""}};
    const auto gaps = Analysed(made, both).pointers.gaps({});
    ASSERT_EQ(gaps.size(), 1U);
    EXPECT_NE(gaps[0].find("no call through a pointer is in small"), std::string::npos);
}

TEST(StackDepth, ReadsTheTypesOfLambdas) {
    EXPECT_EQ(lambda_parameters("a(b*)::{lambda(void*, T&)#2}::_FUN(void*, T&)"), "void*, T&");
    EXPECT_EQ(lambda_parameters("a(b*)::{lambda(int (*)(char), u32)#1}::_FUN(int (*)(char), u32)"),
              "int (*)(char), u32");
    EXPECT_EQ(
        lambda_parameters("a<b::{lambda(c)#1}>(c)::{lambda(void*, U)#1}::_FUN(b::{lambda(c)#1}, void*)"),
        "void*, U");
    EXPECT_EQ(lambda_parameters("a(b*)"), "");
}

} // namespace
} // namespace forkproof::tests
