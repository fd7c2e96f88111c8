// What may be typed after `prove`, and what it says is trusted.
#include "proofs/options.hpp"
#include "proofs/trusted.hpp"
#include "tests/unit/prove_driver.hpp"
#include <algorithm>
#include <fstream>

namespace forkproof::tests {
namespace {

using namespace proofs;
namespace fs = std::filesystem;

ReadOptions read(std::vector<std::string> words) {
    words.insert(words.begin(), "prove");
    std::vector<char*> arguments;
    arguments.reserve(words.size());
    for (std::string& word : words) arguments.push_back(word.data());
    return read_options(static_cast<int>(arguments.size()), arguments.data());
}

/// How many lines `act` prints to standard error.
template <class Act>
std::ptrdiff_t lines_of_complaint(Act act) {
    testing::internal::CaptureStderr();
    act();
    const std::string text = testing::internal::GetCapturedStderr();
    return std::count(text.begin(), text.end(), '\n');
}

TEST(Options, WhatIsNotUnderstoodIsRefusedInALine) {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"--nonsense"}, {"--jobs"}, {"--jobs", "0"}, {"--jobs", "-1"}, {"--jobs", "many"}, {"--kernel"}})
        EXPECT_EQ(lines_of_complaint([&] {
                      const ReadOptions got = read(words);
                      EXPECT_FALSE(got.options);
                      EXPECT_EQ(got.status, BAD_USAGE);
                  }),
                  1)
            << words[0];
}

TEST(Options, AreWhatIsTyped) {
    const Options wish =
        *read({"steps", "verdict/all", "--full", "--kernel", "a.elf", "--jobs", "3", "--json", "o.json"})
             .options;
    EXPECT_EQ(wish.names, (std::vector<std::string>{"steps", "verdict/all"}));
    EXPECT_TRUE(wish.full);
    EXPECT_FALSE(wish.fresh);
    EXPECT_EQ(wish.kernel, "a.elf");
    EXPECT_EQ(wish.disk_image, "") << "the disk image belongs to another kernel";
    EXPECT_EQ(wish.jobs, 3U);
    EXPECT_EQ(wish.json, "o.json");
    EXPECT_NE(wish.smt, "") << "the full check asks for a second opinion";
    EXPECT_EQ(read({}).options->smt, "");
}

std::vector<std::string> names_chosen(const std::vector<std::string>& words) {
    std::vector<Theorem> all{proved_theorem("steps/a"), proved_theorem("steps/b"), proved_theorem("ladder/a"),
                             proved_theorem("native/a")};
    all[3].only_in_full = true;
    std::vector<std::string> names;
    const auto some = chosen(all, *read(words).options);
    if (!some) return {"none"};
    for (const Theorem& each : *some) names.push_back(each.name);
    return names;
}

TEST(Options, NamesChooseTheoremsInTheirOrder) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(names_chosen({}), (Names{"steps/a", "steps/b", "ladder/a"}));
    EXPECT_EQ(names_chosen({"ladder", "steps/a"}), (Names{"steps/a", "ladder/a"}));
    EXPECT_EQ(names_chosen({"--full"}), (Names{"steps/a", "steps/b", "ladder/a", "native/a"}));
    EXPECT_EQ(names_chosen({"--full", "native"}), (Names{"native/a"}));
    EXPECT_EQ(lines_of_complaint([] { EXPECT_EQ(names_chosen({"native"}), (Names{"none"})); }), 1);
    EXPECT_EQ(lines_of_complaint([] { EXPECT_EQ(names_chosen({"steps", "b"}), (Names{"none"})); }), 1);
}

TEST(Trusted, EverySourceIsCountedOnce) {
    unsigned sources = 0;
    for (const char* folder : {"invariants", "proofs"})
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file() || entry.path().extension() == ".md") continue;
            EXPECT_TRUE(part_of(entry.path().generic_string())) << entry.path();
            sources++;
        }
    EXPECT_GT(sources, 30U);
    for (const TrustedPart& part : trusted_parts())
        for (const std::string& place : part.places)
            EXPECT_TRUE(fs::exists(place)) << "proofs/trusted.cpp names " << place;
}

TEST(Trusted, LinesOfCodeAreCounted) {
    const Folder folder;
    fs::create_directories(folder.path() + "/invariants");
    fs::create_directories(folder.path() + "/proofs/machine");
    std::ofstream(folder.path() + "/invariants/a.hpp")
        << "// a comment\n\nint a;\n  // another\n  int b; // c\n";
    std::ofstream(folder.path() + "/proofs/machine/b.cpp") << "int c;";
    std::ofstream(folder.path() + "/proofs/README.md") << "text\n";
    const auto lines = count_trusted(folder.path());
    ASSERT_TRUE(lines);
    EXPECT_EQ((*lines)[*part_of("invariants/a.hpp")], 2U);
    EXPECT_EQ((*lines)[*part_of("proofs/machine/b.cpp")], 1U);
    EXPECT_EQ((*lines)[*part_of("proofs/main.cpp")], 0U);
    EXPECT_TRUE(trusted_line(folder.path())
                    .starts_with("trusted: specification 2 lines, hooks 0, loader 0, "
                                 "semantics 1,"));
    EXPECT_FALSE(count_trusted(folder.path() + "/nowhere"));
}

} // namespace
} // namespace forkproof::tests
