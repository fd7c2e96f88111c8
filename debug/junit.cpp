#include "debug/junit.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <pugixml.hpp>

namespace forkproof::report {
namespace {

/// XML knows no control characters but these three; anything else that is none of ASCII's is shown as a dot,
/// so that a program that prints nonsense makes no file that nobody can read.
std::string printable(const std::string& text) {
    constexpr char first = ' ', last = '~';
    std::string out = text;
    for (char& c : out)
        if ((c < first || c > last) && c != '\t' && c != '\n') c = c == '\r' ? ' ' : '.';
    return out;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

void set(pugi::xml_node node, const char* name, const std::string& value) {
    node.append_attribute(name).set_value(value.c_str());
}

void describe(pugi::xml_node node, const std::vector<Case>& cases) {
    double seconds = 0;
    for (const Case& one : cases) seconds += one.seconds;
    const auto failures =
        std::count_if(cases.begin(), cases.end(), [](const Case& c) { return !c.failure.empty(); });
    set(node, "tests", std::to_string(cases.size()));
    set(node, "failures", std::to_string(failures));
    set(node, "errors", "0");
    set(node, "time", fmt::format("{:.3f}", seconds));
}

} // namespace

void write_junit(const std::string& file, const std::string& suite, const std::vector<Case>& cases) {
    pugi::xml_document document;
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    set(declaration, "version", "1.0");
    set(declaration, "encoding", "UTF-8");
    pugi::xml_node suites = document.append_child("testsuites");
    describe(suites, cases);
    pugi::xml_node all = suites.append_child("testsuite");
    set(all, "name", suite);
    describe(all, cases);
    for (const Case& one : cases) {
        pugi::xml_node node = all.append_child("testcase");
        set(node, "classname", suite + (one.group.empty() ? "" : "." + one.group));
        set(node, "name", one.name);
        set(node, "time", fmt::format("{:.3f}", one.seconds));
        if (!one.failure.empty()) {
            pugi::xml_node failure = node.append_child("failure");
            const std::string words = printable(one.failure);
            set(failure, "message", first_line(words));
            failure.append_child(pugi::node_pcdata).set_value(words.c_str());
        }
        if (!one.output.empty())
            node.append_child("system-out")
                .append_child(pugi::node_pcdata)
                .set_value(printable(one.output).c_str());
    }
    if (!document.save_file(file.c_str(), "  "))
        throw std::runtime_error(fmt::format("{}: cannot be written", file));
}

} // namespace forkproof::report
