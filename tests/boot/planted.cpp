#include "tests/boot/planted.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "proofs/image/dwarf.hpp"
#include "proofs/image/elf.hpp"
#include "proofs/mutants/kernel_build.hpp"
#include "proofs/run.hpp"
#include "tests/boot/process.hpp"

namespace forkproof::boots {
namespace {

namespace fs = std::filesystem;
using namespace proofs;

template <class Named>
const Named& named(const std::vector<Named>& all, const std::string& name) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
    if (found == all.end()) throw std::runtime_error("there is no " + name);
    return *found;
}

std::vector<std::string> refutation(const std::string& kernel, const std::string& theorem) {
    const ElfFile file = ElfFile::load(kernel);
    Setting setting;
    setting.image = std::make_shared<const Image>(file);
    setting.layouts = std::make_shared<const Layouts>(file);
    const std::vector<Theorem> theorems = machine_theorems();
    const TheoremReport report = run_theorem(named(theorems, theorem), setting);
    return report.outcome == Outcome::refuted ? report.why : std::vector<std::string>{};
}

} // namespace

std::vector<std::string> words_of(const std::string& command) {
    std::vector<std::string> words{""};
    bool quoted = false;
    for (const char c : command)
        if (c == '"')
            quoted = !quoted;
        else if (c == ' ' && !quoted)
            words.emplace_back();
        else
            words.back() += c;
    return words;
}

Planted plant(const std::string& mutant, const std::string& theorem) {
    const std::vector<mutants::SourceMutant> edits = mutants::read_edits_of_folder("tests/mutants");
    const mutants::SourceMutant& edit = named(edits, mutant);
    const mutants::KernelBuild build(build_folder().string());
    const std::string kernel = build.build(edit);
    Planted planted{
        .kernel = own_folder() / (mutant + ".elf"), .refuted = refutation(kernel, theorem), .command = {}};
    if (execute({.argv = {"objcopy", "--strip-all", kernel, planted.kernel},
                 .output = own_folder() / "output",
                 .errors = own_folder() / "errors"}) != 0)
        throw std::runtime_error("objcopy: " + text_of(own_folder() / "errors"));
    fs::remove_all(build.folder(edit));
    const std::string mark = "in Bochs";
    for (const std::string& line : planted.refuted)
        if (line.starts_with(mark))
            planted.command = words_of(line.substr(line.find_first_not_of(' ', mark.size())));
    return planted;
}

Options typed(const std::vector<std::string>& command, const std::string& kernel) {
    if (command.size() < 3 || command[0] != "make" || command[1] != "run")
        throw std::runtime_error("the counterexample names no `make run`");
    std::map<std::string, std::string> variables;
    for (std::size_t i = 2; i < command.size(); i++) {
        const auto equals = std::min(command[i].find('='), command[i].size() - 1);
        variables[command[i].substr(0, equals)] = command[i].substr(equals + 1);
    }
    // As the Makefile does it.
    Options options{.kernel = kernel};
    for (const auto& [name, value] : variables)
        if (name == "FAIL")
            options.cmdline = "fail=" + value;
        else if (name == "PROGRAM") // in the build folder that is tested
            options.more.push_back("--program=" + (build_folder() / fs::relative(value, "build")).string());
        else if (name == "ARGS")
            options.args = value;
        else
            throw std::runtime_error("a variable that this test does not know: " + name);
    return options;
}

} // namespace forkproof::boots
