// The obligations as files, and cvc5's opinion of them: a wrong answer of Z3 would be noticed.
#include "proofs/program_output.hpp"
#include "proofs/rules/theorem.hpp"
#include "proofs/second_opinion.hpp"
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

using namespace proofs;
namespace fs = std::filesystem;

class SecondOpinionTest : public testing::Test {
  protected:
    SecondOpinionTest() {
        std::string name = testing::TempDir() + "opinion-XXXXXX";
        folder = ::mkdtemp(name.data());
    }
    ~SecondOpinionTest() override { fs::remove_all(folder); }

    /// An obligation that says, rightly or wrongly, that x < n for some x is `answer`.
    void write(unsigned n, z3::check_result answer) {
        z3::context z3;
        z3::expr_vector facts(z3);
        facts.push_back(z3::ult(z3.bv_const("x", 32), z3.bv_val(n, 32)));
        Obligations(folder, "group/subject-" + std::to_string(n)).write("some\nwords", facts, answer);
    }
    /// A solver that is a shell script.
    [[nodiscard]] std::string solver(const std::string& script) const {
        const std::string path = folder + "/solver";
        std::ofstream(path) << "#!/bin/sh\n" << script;
        fs::permissions(path, fs::perms::owner_all);
        return path;
    }

    std::string folder;
};

TEST_F(SecondOpinionTest, AgreesWithWhatIsSo) {
    write(0, z3::unsat);
    write(1, z3::sat);
    const SecondOpinion opinion = second_opinion(folder, 2, 20);
    EXPECT_TRUE(agrees(opinion)) << second_opinion_lines(opinion).back();
    EXPECT_EQ(second_opinion_lines(opinion),
              std::vector<std::string>{"second opinion: cvc5 agrees on 2 of 2"});
}

TEST_F(SecondOpinionTest, NoticesAWrongAnswer) {
    write(0, z3::unsat);
    write(1, z3::unsat);
    write(2, z3::unknown);
    const SecondOpinion opinion = second_opinion(folder, 1, 20);
    EXPECT_FALSE(agrees(opinion));
    EXPECT_EQ(opinion.agreed, 1U);
    ASSERT_EQ(opinion.complaints.size(), 2U);
    EXPECT_EQ(opinion.complaints[0],
              folder + "/group.subject-1.0001.smt2: Z3 says unsat, cvc5: Expected result unsat but got sat");
    EXPECT_EQ(second_opinion_lines(opinion)[0], "second opinion: cvc5 agrees on 1 of 3");
}

TEST_F(SecondOpinionTest, NoAnswerIsNoAgreement) {
    write(0, z3::unsat);
    EXPECT_FALSE(agrees(second_opinion(folder, 1, 20, "/nowhere/solver")));
    EXPECT_FALSE(agrees(second_opinion(folder, 1, 20, solver("echo unknown"))));
    EXPECT_FALSE(agrees(second_opinion(folder, 1, 20, solver("exit 3"))));
    EXPECT_FALSE(agrees(second_opinion(folder, 1, 1, solver("[ \"$1\" = --version ] || exec sleep 60"))));
    EXPECT_TRUE(agrees(second_opinion(folder, 1, 20, solver("echo unsat"))));
}

TEST_F(SecondOpinionTest, NoObligationIsNoAgreement) {
    EXPECT_FALSE(agrees(second_opinion(folder, 1, 20)));
    EXPECT_FALSE(agrees(second_opinion(folder + "/nowhere", 1, 20)));
}

TEST_F(SecondOpinionTest, AProofWritesEachOfItsQuestions) {
    RuleProofOptions options;
    options.smt_folder = folder;
    const RuleTable table = shipped_rule_table();
    unsigned queries = 0;
    for (const RuleTheorem& theorem : context_theorems())
        queries += run_rule_theorem(theorem, table, options).queries;
    for (const RuleTheorem& theorem : count_theorems()) run_rule_theorem(theorem, table, options);
    const SecondOpinion opinion = second_opinion(folder, 2, 60);
    EXPECT_GT(opinion.asked, queries) << "each count adds one";
    EXPECT_TRUE(agrees(opinion)) << second_opinion_lines(opinion).back();
}

TEST_F(SecondOpinionTest, ACountThatIsWrongWouldBeNoticed) {
    z3::context z3;
    const z3::expr flags = z3.bv_const("flags", 32);
    z3::expr_vector facts(z3);
    // as RuleProof::counts writes it, with a tree of decisions that forgets one word
    facts.push_back((flags & z3.bv_val(0xfffffff0, 32)) == 0 && z3::ult(flags, 5) != z3::ult(flags, 4));
    Obligations(folder, "counts/wrong").write("words", facts, z3::unsat);
    EXPECT_FALSE(agrees(second_opinion(folder, 1, 20)));
}

TEST(RunProgram, ReadsAllThatIsPrinted) {
    const ProgramOutput output =
        run_program({"sh", "-c", "seq 1 30000; echo end >&2"}, std::chrono::seconds(20));
    EXPECT_EQ(output.end, ProgramOutput::End::finished);
    EXPECT_TRUE(output.text.ends_with("\n30000\nend\n"));
    EXPECT_EQ(run_program({"/nowhere"}, std::chrono::seconds(1)).end, ProgramOutput::End::not_found);
    EXPECT_EQ(run_program({"sleep", "60"}, std::chrono::milliseconds(20)).end, ProgramOutput::End::too_late);
}

} // namespace
} // namespace forkproof::tests
