// validate: compares what proofs/machine says that instructions do with what the processor does.
#include "proofs/validate/report.hpp"
#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <iostream>
#include <thread>

using namespace forkproof::proofs;

namespace {

struct Options {
    std::vector<std::string> files;
    Request request;
    BochsFiles bochs;
    bool list = false;
};

int validate(Options& options) {
    Forms forms;
    for (const auto& file : options.files) forms.add(ElfFile::load(file));
    for (const auto& encoding : further_encodings()) forms.add(encoding);
    if (!options.bochs.program.empty()) options.request.bochs = options.bochs;
    return print(check_all(forms, options.request), options.list);
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    options.request.jobs = std::max(1U, std::thread::hardware_concurrency());
    CLI::App app("Compares the semantics of every instruction form of these ELF files with the processor");
    app.add_option("FILE", options.files, "kernels whose code is looked through")->required();
    app.add_option("--processor", options.request.processor,
                   "the program that executes instructions natively")
        ->required();
    app.add_option("--cases", options.request.cases, "at least so many for each form")
        ->check(CLI::PositiveNumber);
    app.add_option("--jobs", options.request.jobs, "forms at a time")->check(CLI::Range(1, 64));
    app.add_option("--form", options.request.only, "only this form, as --list writes it");
    app.add_flag("--unicorn", options.request.unicorn, "hear what Unicorn says, too");
    app.add_flag("--list", options.list, "a line for each form");
    auto* const program = app.add_option("--privileged", options.bochs.program,
                                         "the program that executes privileged ones in Bochs");
    app.add_option("--sector", options.bochs.sector, "the boot sector")->needs(program);
    app.add_option("--loader", options.bochs.loader, "the boot loader")->needs(program);
    app.add_option("--bochsrc", options.bochs.bochsrc, "the machine")->needs(program);
    app.add_option("--build", options.bochs.build, "the folder for temporary files")->needs(program);
    CLI11_PARSE(app, argc, argv);
    try {
        return validate(options);
    } catch (const std::exception& why) {
        fmt::print(stderr, "{}\n", why.what());
        return 2;
    }
}
