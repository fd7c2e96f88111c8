#include "proofs/trusted.hpp"
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace forkproof::proofs {
namespace {

namespace fs = std::filesystem;

bool is_source(const fs::path& path) { return path.extension() == ".cpp" || path.extension() == ".hpp"; }

unsigned lines_of_code(const fs::path& path) {
    std::ifstream file(path);
    unsigned lines = 0;
    for (std::string line; std::getline(file, line);) {
        const std::size_t first = line.find_first_not_of(" \t\r");
        if (first != std::string::npos && line.compare(first, 2, "//") != 0) lines++;
    }
    return lines;
}

} // namespace

const std::vector<TrustedPart>& trusted_parts() {
    static const std::vector<TrustedPart> parts{
        {"specification",
         {"invariants", "proofs/rules", "proofs/induction", "proofs/theorems", "proofs/history"}},
        {"hooks", {"proofs/world"}},
        {"loader", {"proofs/image"}},
        {"semantics", {"proofs/machine", "proofs/stack"}},
        {"driver", {"proofs"}},
        {"", {"proofs/mutants"}},
    };
    return parts;
}

std::optional<std::size_t> part_of(const std::string& source) {
    std::optional<std::size_t> best;
    std::size_t longest = 0;
    for (std::size_t part = 0; part < trusted_parts().size(); part++)
        for (const std::string& place : trusted_parts()[part].places) {
            if (source != place && !source.starts_with(place + "/")) continue;
            if (place.size() > longest) best = part, longest = place.size();
        }
    return best;
}

std::optional<std::vector<unsigned>> count_trusted(const std::string& root) {
    std::vector<unsigned> lines(trusted_parts().size());
    for (const char* folder : {"invariants", "proofs"}) {
        std::error_code error;
        fs::recursive_directory_iterator sources(fs::path(root) / folder, error);
        if (error) return {};
        for (const fs::directory_entry& source : sources) {
            if (!source.is_regular_file() || !is_source(source.path())) continue;
            const auto part = part_of(source.path().lexically_relative(root).generic_string());
            if (part) lines[*part] += lines_of_code(source.path());
        }
    }
    return lines;
}

std::string trusted_line(const std::string& root) {
    const auto lines = count_trusted(root);
    if (!lines) return "trusted: not counted, for the sources are not here";
    std::string line = "trusted:";
    for (std::size_t part = 0; part < lines->size(); part++) {
        if (trusted_parts()[part].what.empty()) continue;
        line += fmt::format("{} {} {}{}", part > 0 ? "," : "", trusted_parts()[part].what, (*lines)[part],
                            part == 0 ? " lines" : "");
    }
    return line + "; Z3 and Zydis";
}

} // namespace forkproof::proofs
