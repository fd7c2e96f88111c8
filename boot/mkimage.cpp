// mkimage: puts boot sector, loader, kernel, initrd and command line together into a disk image.

#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "boot/image.hpp"

namespace image = forkproof::image;

int main(int argc, char** argv) {
    CLI::App app{"Writes a bootable disk image."};
    std::string sector, loader, kernel, initrd, cmdline, out;
    app.add_option("--sector", sector, "the assembled boot sector, 512 bytes")->required();
    app.add_option("--loader", loader, "the assembled loader")->required();
    app.add_option("--kernel", kernel, "the kernel, an ELF file")->required();
    app.add_option("--initrd", initrd, "the initrd, a cpio archive (newc)")->required();
    app.add_option("--cmdline", cmdline, "the kernel command line");
    app.add_option("--out", out, "the image to write")->required();
    CLI11_PARSE(app, argc, argv);
    try {
        image::write_file(out, image::build({.sector = image::read_file(sector),
                                             .loader = image::read_file(loader),
                                             .kernel = image::read_file(kernel),
                                             .initrd = image::read_file(initrd),
                                             .cmdline = cmdline}));
    } catch (const image::Error& error) {
        fmt::print(stderr, "mkimage: {}\n", error.what());
        return 1;
    }
}
