// The layouts that the prover reads from debug information, against what the compiler says itself.
#include "proofs/image/dwarf.hpp"
#include "proofs/image/elf.hpp"
#include "tests/unit/linked_fixture.hpp"

#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

using namespace forkproof::proofs;

struct LayoutsOfTheFixture : testing::Test {
    ElfFile file{"fixture", linked_fixture()};
    Image image{file};
    Layouts layouts{file};

    template <class Ask>
    static std::string refusal(Ask ask) {
        try {
            ask();
        } catch (const BadImage& bad) {
            return bad.what();
        }
        return "";
    }
};

TEST_F(LayoutsOfTheFixture, FieldsLieWhereTheCompilerPutThem) {
    const u32 table = image.symbol("known");
    for (u32 i = 0; i < known_fields().size(); i++) {
        const auto& [type, path] = known_fields()[i];
        const Field& field = layouts.field(type, path);
        EXPECT_EQ(field.offset, image.word(table + 8 * i)) << type << ' ' << path;
        EXPECT_EQ(field.size, image.word(table + 8 * i + 4)) << type << ' ' << path;
    }
}

TEST_F(LayoutsOfTheFixture, FieldsSayWhatTheyAre) {
    EXPECT_EQ(layouts.field("Vma", "node.next").type, "Node*");
    EXPECT_TRUE(layouts.field("Vma", "node.next").pointer);
    EXPECT_EQ(layouts.field("Vma", "node.next").pointee, "Node");
    EXPECT_EQ(layouts.field("Vma", "opaque").pointee, "Opaque"); // declared only, and const
    EXPECT_EQ(layouts.field("Vma", "handle").pointee, "Vma*");
    EXPECT_EQ(layouts.field("Vma", "call").pointee, "(function)");
    EXPECT_EQ(layouts.field("Mm", "first").pointee, "Vma");
    EXPECT_TRUE(layouts.field("Vma", "flag").is_bool);
    EXPECT_TRUE(layouts.field("Vma", "mode").is_enum);
    EXPECT_EQ(layouts.field("Vma", "mode").type, "Mode");
    EXPECT_FALSE(layouts.field("Vma", "wide").is_enum || layouts.field("Vma", "wide").is_bool ||
                 layouts.field("Vma", "wide").pointer);
    EXPECT_EQ(layouts.field("Vma", "grid").type, "unsigned int[2][3]");
    EXPECT_EQ(layouts.field("Vma", "grid[0]").type, "unsigned int[3]");
    EXPECT_EQ(layouts.field("Mm", "vmas").type, "List<Vma, &Vma::node>");
    EXPECT_EQ(layouts.field("Vma", "low").bits, 3U);
    EXPECT_EQ(layouts.field("Vma", "high").bits, 9U);
    EXPECT_EQ(layouts.field("Vma", "high").bit_offset + 8 * layouts.field("Vma", "high").offset,
              3 + 8 * layouts.field("Vma", "low").offset);
    EXPECT_TRUE(layouts.field("Vma", "places[0].x").is_signed);
    EXPECT_FALSE(layouts.field("Vma", "of_base").is_signed);
}

TEST_F(LayoutsOfTheFixture, TypesHaveNamesAliasesAndPointers) {
    EXPECT_EQ(layouts.size_of("u32"), 4U);
    EXPECT_EQ(layouts.size_of("VmaList"), 8U);
    EXPECT_EQ(layouts.size_of("List<Vma, &Vma::node>"), 8U);
    EXPECT_EQ(layouts.size_of("Vma*"), 4U);
    EXPECT_EQ(layouts.field("VmaList", "head.next").pointee, "Node");
    EXPECT_EQ(layouts.field(layouts.type_of_variable("slots@a.cpp"), "[2].b").offset, 20U);
}

TEST_F(LayoutsOfTheFixture, VariablesHaveTypes) {
    EXPECT_EQ(layouts.type_of_variable("mm"), "Mm");
    EXPECT_EQ(layouts.type_of_variable("entry_point::calls"), "unsigned int");
    EXPECT_EQ(layouts.type_of_variable("table"), "unsigned int[3]"); // of which g++ tells no address
    EXPECT_EQ(image.word(image.symbol("entry_point::calls")), 5U);
    EXPECT_EQ(image.word(image.symbol("table") + 4), 8U);
}

TEST_F(LayoutsOfTheFixture, NamesThatTwoFilesHaveAreToldApart) {
    EXPECT_EQ(layouts.type_of_variable("slots@a.cpp"), "Slot@a.cpp[4]");
    EXPECT_EQ(layouts.type_of_variable("slots@b.cpp"), "Slot@b.cpp[2]");
    EXPECT_EQ(layouts.size_of("Slot@a.cpp"), 8U);
    EXPECT_EQ(layouts.size_of("Slot@b.cpp"), 12U);
    const std::string type = refusal([&] { (void)layouts.size_of("Slot"); });
    EXPECT_NE(type.find("Slot@a.cpp, Slot@b.cpp"), std::string::npos) << type;
    const std::string variable = refusal([&] { (void)layouts.type_of_variable("slots"); });
    EXPECT_NE(variable.find("slots@a.cpp"), std::string::npos) << variable;
}

TEST_F(LayoutsOfTheFixture, LeavesCoverEveryByteThatIsNoPadding) {
    const auto& leaves = layouts.leaves("Vma");
    u32 before = 0;
    for (const Leaf& leaf : leaves) {
        EXPECT_GE(leaf.offset, before) << leaf.path;
        before = leaf.offset;
        const Field& field = layouts.field("Vma", leaf.path);
        EXPECT_EQ(field.offset, leaf.offset) << leaf.path;
        EXPECT_EQ(field.size, leaf.size) << leaf.path;
        EXPECT_EQ(field.type, leaf.type) << leaf.path;
        EXPECT_EQ(field.pointee, leaf.pointee) << leaf.path;
    }
    const std::vector<std::string> expected = {
        "of_base",    "tag",         "node.next",   "node.prev",   "flag",       "small",      "wide",
        "grid[0][0]", "grid[0][1]",  "grid[0][2]",  "grid[1][0]",  "grid[1][1]", "grid[1][2]", "name",
        "opaque",     "call",        "handle",      "as_word",     "as_byte",    "low",        "high",
        "mode",       "places[0].x", "places[0].y", "places[1].x", "places[1].y"};
    std::vector<std::string> paths;
    paths.reserve(leaves.size());
    for (const Leaf& leaf : leaves) paths.push_back(leaf.path);
    EXPECT_EQ(paths, expected);
}

TEST_F(LayoutsOfTheFixture, OffsetsHaveNames) {
    const auto at = [&](const char* path, u32 more = 0) {
        return layouts.name_at("Vma", layouts.field("Vma", path).offset + more);
    };
    EXPECT_EQ(at("node.prev"), "node.prev");
    EXPECT_EQ(at("wide", 4), "wide+4");
    EXPECT_EQ(at("name", 3), "name[3]");
    EXPECT_EQ(at("name", 5), "(padding)");
    EXPECT_EQ(at("small"), "small"); // the second byte of a word
    EXPECT_EQ(at("as_word"), "as_word");
    EXPECT_EQ(at("grid[1][2]"), "grid[1][2]");
    EXPECT_EQ(layouts.name_at("Vma", layouts.size_of("Vma")), "(outside)");
    EXPECT_EQ(layouts.name_at("Vma", ~0U), "(outside)");
}

TEST_F(LayoutsOfTheFixture, EnumeratorsHaveTheirValuesAndSigns) {
    using Values = std::vector<std::pair<std::string, i64>>;
    EXPECT_EQ(layouts.enumerators("Mode"), (Values{{"OFF", 0}, {"ON", 3}, {"ALL", 0xffffffff}}));
    EXPECT_EQ(layouts.enumerators("Small"), (Values{{"low", 0}, {"high", 200}}));
    EXPECT_EQ(layouts.enumerators("Signed"), (Values{{"MINUS", -5}, {"PLUS", 5}}));
    EXPECT_NE(refusal([&] { (void)layouts.enumerators("Vma"); }), "");
}

TEST_F(LayoutsOfTheFixture, WhatIsNotThereIsNamed) {
    const auto field = [&](const char* type, const char* path) {
        return refusal([&] { (void)layouts.field(type, path); });
    };
    EXPECT_EQ(field("Vma", "sgnal"), "fixture: Vma has no field sgnal");
    EXPECT_EQ(field("Vma", "node.middle"), "fixture: Node has no field middle");
    EXPECT_EQ(field("Nothing", "x"), "fixture: the kernel has no type Nothing");
    EXPECT_EQ(field("Vma", "grid[2]"), "fixture: grid[2]: unsigned int[2][3] has 2 elements");
    EXPECT_EQ(field("Vma", "wide[0]"), "fixture: wide[0]: long long unsigned int is no array");
    for (const char* path : {"grid[", "grid[]", "grid[x]", "grid[1", "grid[-1]", "grid[99999999999]", "node.",
                             ".node", "node..next", "wide.low", "node.next.next", "[0]", "]", "."})
        EXPECT_NE(field("Vma", path), "") << path;
    EXPECT_EQ(refusal([&] { (void)layouts.type_of_variable("no_such"); }),
              "fixture: the kernel has no variable no_such");
}

} // namespace
} // namespace forkproof::tests
