#include "proofs/image/names.hpp"

#include <cstdlib>
#include <cxxabi.h>
#include <memory>

namespace forkproof::proofs {
namespace {

constexpr std::string_view OPERATOR = "operator";
constexpr std::string_view CONST = " const";
constexpr std::string_view CLONE = " [clone ";

void erase_all(std::string& text, std::string_view part) {
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos;) text.erase(at, part.size());
}

/// "f(int) [clone .part.0]" becomes "f(int)", and ".part.0" is returned.
std::string take_clones(std::string& name) {
    std::string suffixes;
    for (std::size_t at; (at = name.find(CLONE)) != std::string::npos;) {
        const std::size_t end = name.find(']', at);
        if (end == std::string::npos) break;
        suffixes += name.substr(at + CLONE.size(), end - at - CLONE.size());
        name.erase(at, end + 1 - at);
    }
    return suffixes;
}

bool ends_with_operator(std::string_view text) { return text.ends_with(OPERATOR); }

/// Everything but what stands in parentheses, and a member function's const after it; operator() stays.
std::string without_parentheses(std::string_view name) {
    std::string out;
    unsigned depth = 0;
    for (std::size_t i = 0; i < name.size(); i++) {
        if (depth == 0 && name.substr(i).starts_with("()") && ends_with_operator(out)) {
            out += "()";
            i++;
        } else if (name[i] == '(') {
            depth++;
        } else if (name[i] == ')') {
            depth -= depth > 0;
            if (depth == 0 && name.substr(i + 1).starts_with(CONST)) i += CONST.size();
        } else if (depth == 0) {
            out += name[i];
        }
    }
    return out;
}

/// Where the name begins, after the result: behind the last space that is in no template's arguments and not
/// part of an operator's name or of "vtable for X".
std::size_t behind_result(std::string_view name) {
    unsigned depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < name.size(); i++) {
        if (ends_with_operator(name.substr(0, i))) break;
        if (name[i] == '<' || name[i] == '{') depth++;
        if ((name[i] == '>' || name[i] == '}') && depth > 0) depth--;
        if (name[i] == ' ' && depth == 0) begin = i + 1;
    }
    return begin;
}

} // namespace

std::string without_namespaces(std::string_view name) {
    std::string out(name);
    erase_all(out, "forkproof::");
    erase_all(out, "(anonymous namespace)::");
    return out;
}

std::string name_with_arguments(const std::string& symbol) {
    if (!symbol.starts_with("_Z")) return symbol;
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> demangled(
        abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &std::free);
    if (status != 0 || !demangled) return symbol;
    std::string name = without_namespaces(demangled.get());
    const std::string suffixes = take_clones(name);
    return name + suffixes;
}

std::string name_without_arguments(std::string_view with_arguments) {
    const std::size_t arguments = with_arguments.find('(');
    if (arguments == std::string_view::npos) return std::string(with_arguments);
    std::string name = without_parentheses(with_arguments);
    if (name.find('<') != std::string::npos) name.erase(0, behind_result(name));
    return name;
}

} // namespace forkproof::proofs
