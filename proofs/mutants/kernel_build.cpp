#include "proofs/mutants/kernel_build.hpp"
#include "proofs/program_output.hpp"
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <sstream>

namespace forkproof::proofs::mutants {
namespace {

constexpr std::chrono::minutes COMPILER_TIME{2};

void replace(std::string& text, const std::string& what, const std::string& with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
}

/// The first line that says what is wrong, or the first of all.
std::string first_error(const std::string& output) {
    std::istringstream in(output);
    std::string first;
    for (std::string line; std::getline(in, line);) {
        if (first.empty()) first = line;
        if (line.find("error") != std::string::npos) return line;
    }
    return first;
}

/// Runs a command of the shell that is to make `result`.
void make(const std::string& result, const std::string& command, const SourceMutant& mutant) {
    std::filesystem::remove(result);
    const ProgramOutput output = run_program({"sh", "-c", command}, COMPILER_TIME);
    if (std::filesystem::exists(result)) return;
    throw BadEdit(fmt::format("{}: {} does not compile: {}", mutant.listed, mutant.name,
                              output.end == ProgramOutput::End::too_late ? "the compiler takes too long"
                                                                         : first_error(output.text)));
}

/// The word of the link line that ends so.
std::string word_ending(const std::string& line, const std::string& end) {
    std::istringstream in(line);
    for (std::string word; in >> word;)
        if (word.ends_with(end)) return word;
    return "";
}

} // namespace

KernelBuild::KernelBuild(const std::string& build_folder) : build_folder_(build_folder) {
    const std::string path = build_folder + "/kernel.how";
    std::istringstream in(content_of(path));
    if (!std::getline(in, compile_) || !std::getline(in, link_) ||
        compile_.find("{source}") == std::string::npos || compile_.find("{object}") == std::string::npos ||
        link_.find("{kernel}") == std::string::npos)
        throw BadEdit(path + ": does not say how the kernel is built; remove it and run make");
}

std::string KernelBuild::folder(const SourceMutant& mutant) const {
    return build_folder_ + "/mutants/" + mutant.name;
}

std::string KernelBuild::build(const SourceMutant& mutant) const {
    const std::string here = folder(mutant);
    const std::string source = here + "/" + mutant.file;
    const std::string object = source + ".o";
    const std::string kernel = here + "/kernel.elf";
    const std::string old_object = word_ending(link_, "/" + mutant.file + ".o");
    if (old_object.empty())
        throw BadEdit(
            fmt::format("{}: {}: {} is no part of the kernel", mutant.listed, mutant.name, mutant.file));

    std::filesystem::create_directories(std::filesystem::path(source).parent_path());
    std::ofstream(source, std::ios::binary) << with_edit(mutant, content_of(mutant.file));
    std::string compile =
        compile_ + fmt::format(" '-ffile-prefix-map={}/='", here); // the names that it always has
    replace(compile, "{source}", source);
    replace(compile, "{object}", object);
    make(object, compile, mutant);

    std::string link = link_;
    replace(link, old_object, object);
    replace(link, "{kernel}", kernel);
    make(kernel, link, mutant);
    return kernel;
}

} // namespace forkproof::proofs::mutants
