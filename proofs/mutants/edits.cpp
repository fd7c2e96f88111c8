#include "proofs/mutants/edits.hpp"
#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <set>
#include <sstream>

namespace forkproof::proofs::mutants {
namespace {

constexpr std::array KINDS = {"release-dropped", "pair-swapped", "test-inverted",
                              "errno-changed",   "effect-wrong", "historical"};

/// Reads the lines of one list; a mutant is complete when the next begins or the text ends.
class Reader {
  public:
    explicit Reader(std::string where) : where_(std::move(where)) {}

    void take(const std::string& line) {
        number_++;
        if (line.empty() || line[0] == '#') return;
        if (line[0] == '@')
            begin(line.substr(1));
        else if (mutants_.empty())
            fail("stands before the first mutant, which begins with '@'");
        else if (line == "...")
            place_is_new_ = true;
        else
            part(line[0], line.substr(1) + "\n");
    }

    std::vector<SourceMutant> all() && {
        check_last();
        return std::move(mutants_);
    }

  private:
    [[noreturn]] void fail(const std::string& what) const {
        throw BadEdit(fmt::format("{}:{}: {}", where_, number_, what));
    }

    void begin(const std::string& words) {
        check_last();
        std::istringstream in(words);
        SourceMutant mutant;
        std::string rest;
        if (!(in >> mutant.name >> mutant.kind >> mutant.theorem >> mutant.file) || in >> rest)
            fail("a mutant begins with '@', a name, a kind, a theorem and a file");
        if (std::find(KINDS.begin(), KINDS.end(), mutant.kind) == KINDS.end())
            fail(fmt::format("'{}' is no kind of mutant; tests/mutants/README.md names them", mutant.kind));
        mutant.listed = fmt::format("{}:{}", where_, number_);
        mutants_.push_back(std::move(mutant));
        place_is_new_ = true;
    }

    void part(char sign, const std::string& line) {
        std::vector<Replacement>& places = mutants_.back().places;
        if (place_is_new_) places.emplace_back();
        place_is_new_ = false;
        if (sign != ' ' && sign != '-' && sign != '+')
            fail("a line of an edit begins with '-', '+' or a blank");
        if (sign != '+') places.back().before += line;
        if (sign != '-') places.back().after += line;
    }

    void check_last() const {
        if (mutants_.empty()) return;
        const SourceMutant& last = mutants_.back();
        bool whole = !last.places.empty();
        for (const Replacement& place : last.places)
            whole = whole && !place.before.empty() && place.before != place.after;
        if (!whole)
            throw BadEdit(fmt::format("{}: {} has a place without old text, or where nothing changes",
                                      last.listed, last.name));
    }

    std::string where_;
    unsigned number_ = 0;
    bool place_is_new_ = true;
    std::vector<SourceMutant> mutants_;
};

} // namespace

std::vector<SourceMutant> read_edits(const std::string& text, const std::string& where) {
    Reader reader(where);
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) reader.take(line);
    return std::move(reader).all();
}

std::vector<SourceMutant> read_edits_of_folder(const std::string& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (entry.path().extension() == ".edits") files.push_back(entry.path());
    if (files.empty()) throw BadEdit(fmt::format("{}: no list of edits (*.edits) is here", folder));
    std::sort(files.begin(), files.end());
    std::vector<SourceMutant> all;
    std::set<std::string> names;
    for (const auto& file : files)
        for (SourceMutant& mutant : read_edits(content_of(file), file.filename())) {
            if (!names.insert(mutant.name).second)
                throw BadEdit(fmt::format("{}: a second mutant is called {}", mutant.listed, mutant.name));
            all.push_back(std::move(mutant));
        }
    return all;
}

std::string with_edit(const SourceMutant& mutant, const std::string& text) {
    std::string edited = "\n" + text; // so that every line has a line end before it
    for (const Replacement& place : mutant.places) {
        const std::string before = "\n" + place.before;
        const std::size_t at = edited.find(before);
        if (at == std::string::npos)
            throw BadEdit(fmt::format("{}: {}: {} has no such lines (any more)", mutant.listed, mutant.name,
                                      mutant.file));
        if (edited.find(before, at + 1) != std::string::npos)
            throw BadEdit(fmt::format("{}: {}: {} has such lines more than once; give more context",
                                      mutant.listed, mutant.name, mutant.file));
        edited.replace(at + 1, place.before.size(), place.after);
    }
    return edited.substr(1);
}

std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    if (!in || !(out << in.rdbuf())) throw BadEdit(fmt::format("{}: cannot be read", path));
    return out.str();
}

} // namespace forkproof::proofs::mutants
