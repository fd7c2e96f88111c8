#include "proofs/history/own_image.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

constexpr std::size_t LONGEST_NAME = 60;

std::string text_at(const Image& image, u32 address, OwnTable& table) {
    std::string text;
    for (u32 at = address; image.byte(at) != 0; at++) {
        if (text.size() == LONGEST_NAME)
            throw BadImage(fmt::format("{}: {:#x} is no name of a step", image.file_name(), address));
        text += static_cast<char>(image.byte(at));
    }
    table.bytes.emplace_back(address, address + static_cast<u32>(text.size()) + 1);
    return text;
}

} // namespace

OwnTable own_table(const Image& image, const Layouts& layouts) {
    OwnTable table;
    const u32 start = image.symbol("steps"), row_size = layouts.size_of("Step");
    const u32 end = start + layouts.size_of(layouts.type_of_variable("steps"));
    table.bytes.emplace_back(start, end);
    for (u32 row = start; row < end; row += row_size) {
        auto field = [&](const char* name) { return image.word(row + layouts.field("Step", name).offset); };
        const std::string label = text_at(image, field("label"), table);
        table.rows.push_back({text_at(image, field("name"), table), !label.empty(),
                              field("release") != image.function("release_nothing").address});
    }
    return table;
}

} // namespace forkproof::proofs
