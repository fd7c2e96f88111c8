#include "proofs/why/picture.hpp"
#include "proofs/why/wrong.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace forkproof::proofs::why {

Picture::Picture(const Witness& witness) : witness_(&witness) {
    std::set<std::string> wanted{"pid", "leader", "parent"};
    for (const Wrong& wrong : witness.wrong)
        for (const std::string& column : columns_of(wrong.name)) wanted.insert(column);
    for (std::size_t i = 1; i < witness.states.size(); i++)
        for (const PlainTask& task : witness.states[i].tasks)
            if (const PlainTask* before = witness.states[i - 1].find(task.name))
                for (const auto& [column, value] : task.is)
                    if (before->is.at(column) != value) wanted.insert(column);
    for (const std::string& column : why::columns())
        if (wanted.count(column) != 0) columns_.push_back(column);
}

std::vector<std::string> Picture::lines(std::size_t state) const {
    const PlainState& now = witness_->states.at(state);
    std::vector<std::vector<std::string>> cells{{""}};
    for (const std::string& column : columns_) cells.front().push_back(column);
    for (const PlainTask& task : now.tasks) {
        const PlainTask* before = state == 0 ? nullptr : witness_->states[state - 1].find(task.name);
        const bool is_new = state != 0 && !before;
        std::vector<std::string> row{task.name + (is_new ? "*" : "")};
        for (const std::string& column : columns_) {
            const bool changed = before && before->is.at(column) != task.is.at(column);
            row.push_back(task.is.at(column) + (changed ? "*" : ""));
        }
        cells.push_back(std::move(row));
    }
    std::vector<std::string> lines;
    for (const auto& row : cells) {
        std::string line = "    ";
        for (std::size_t c = 0; c < row.size(); c++) {
            std::size_t width = 0;
            for (const auto& other : cells) width = std::max(width, other[c].size());
            line += fmt::format(" {:<{}}", row[c], width);
        }
        lines.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
    }
    return lines;
}

} // namespace forkproof::proofs::why
