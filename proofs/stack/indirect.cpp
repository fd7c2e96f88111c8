#include "proofs/stack/indirect.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs::stack {

namespace {

/// The parenthesis or bracket that closes the one at `open`.
std::size_t closing(const std::string& s, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < s.size(); i++) {
        if (s[i] == '(' || s[i] == '{') depth++;
        if ((s[i] == ')' || s[i] == '}') && --depth == 0) return i;
    }
    return s.size();
}

std::string unaccounted(const Code& code, Address function, const std::set<Address>& by) {
    return fmt::format(
        "{} is called through a pointer that nobody accounts for (its address is taken at {}): "
        "give it a row in proofs/stack/kernel_rows.cpp",
        code.where(function), code.where(*by.begin()));
}

} // namespace

std::string lambda_parameters(const std::string& name) {
    const auto called = name.find("}::_FUN(");
    if (called == std::string::npos) return "";
    const auto open = name.rfind("{lambda(", called);
    if (open == std::string::npos) return "";
    const auto first = open + 7;
    return name.substr(first + 1, closing(name, first) - first - 1);
}

Pointers::Pointers(const Reader& reader, std::vector<Pointed> rows)
    : reader_(reader), code_(reader.code()), rows_(std::move(rows)) {
    for (const auto& [begin, function] : code_.functions()) sweep(function);
    for (const auto& segment : code_.segments()) {
        if (segment.executable) continue;
        for (Address a = segment.begin; segment.holds(a) && segment.holds(a + 3); a += 4)
            if (const Address w = code_.word(a); code_.is_entry(w)) taken_[w].insert(a);
    }
    for (const auto& row : rows_) reach_[row.caller].merge(resolve(row));
}

void Pointers::sweep(const Range& function) {
    for (Address a = function.begin; function.holds(a);) {
        const Instruction& i = reader_.decode(a);
        if (is_indirect(i)) sites_[function.name] = a;
        for (const Address c : constants(i)) {
            if (code_.is_entry(c))
                taken_[c].insert(a);
            else if (function.holds(c))
                labels_[c] = a;
        }
        a = i.next();
    }
}

std::string Pointers::caller_of(const Move& i) const {
    const Range* f = code_.around(i.at);
    return f ? f->name : code_.where(i.at);
}

void Pointers::column(const Pointed& row, const Range& object, std::set<Address>& found) const {
    for (Address at = row.first; at + 4 <= object.size; at += row.step) {
        const Address w = code_.word(object.begin + at);
        if (code_.is_entry(w))
            found.insert(w);
        else if (w != 0)
            throw Stopped(fmt::format("{}+{:#x} holds {:#x}, which is no function: correct the row of {} in "
                                      "proofs/stack/kernel_rows.cpp",
                                      object.name, at, w, row.caller));
    }
}

std::set<Address> Pointers::resolve(const Pointed& row) const {
    std::set<Address> found;
    for (const auto& what : row.what) {
        if (row.by == Pointed::By::column) column(row, code_.object(what), found);
        if (row.by == Pointed::By::lambda)
            for (const auto& [function, by] : taken_)
                if (lambda_parameters(code_.functions().at(function).with_parameters) == what)
                    found.insert(function);
        if (row.by == Pointed::By::named)
            for (const auto& [begin, function] : code_.functions())
                if (function.name == what) found.insert(begin);
    }
    if (row.by != Pointed::By::inside && found.empty())
        throw Stopped(fmt::format("no function is found that {} could call as '{}': correct its row in "
                                  "proofs/stack/kernel_rows.cpp",
                                  row.caller, fmt::join(row.what, ", ")));
    return found;
}

std::vector<Address> Pointers::targets(const Move& call) const {
    const std::string caller = caller_of(call);
    if (const auto chosen = chosen_.find(caller); chosen != chosen_.end()) return {chosen->second};
    const auto found = reach_.find(caller);
    if (found == reach_.end() || found->second.empty())
        throw Stopped(
            fmt::format("{}: a call through a pointer, and no row says where it may lead: give {} one in "
                        "proofs/stack/kernel_rows.cpp",
                        code_.where(call.at), caller));
    return {found->second.begin(), found->second.end()};
}

std::optional<Address> Pointers::label(const Move& jump) const {
    const std::string caller = caller_of(jump);
    for (const auto& row : rows_) {
        if (row.by != Pointed::By::inside || row.caller != caller) continue;
        std::optional<Address> only;
        for (const auto& [label, by] : labels_) {
            if (!code_.around(label)->holds(jump.at)) continue;
            if (only) throw Stopped(fmt::format("{} takes the address of two labels of its own", caller));
            only = label;
        }
        return only;
    }
    return std::nullopt;
}

std::vector<std::string>
Pointers::gaps(const std::vector<std::pair<std::string, std::string>>& entries) const {
    std::vector<std::string> gaps;
    std::set<Address> accounted;
    for (const auto& [caller, reach] : reach_) {
        accounted.insert(reach.begin(), reach.end());
        if (!sites_.contains(caller))
            gaps.push_back(fmt::format("no call through a pointer is in {}: take its row out of "
                                       "proofs/stack/kernel_rows.cpp",
                                       caller));
    }
    for (const auto& [caller, at] : sites_)
        if (!reach_.contains(caller))
            gaps.push_back(
                fmt::format("{} calls through a pointer: give it a row in proofs/stack/kernel_rows.cpp",
                            code_.where(at)));
    for (const auto& [function, by] : taken_) {
        const std::string name = code_.functions().at(function).name;
        bool known = accounted.contains(function);
        for (const auto& [entry, why] : entries) known = known || fits(name, entry);
        if (!known) gaps.push_back(unaccounted(code_, function, by));
    }
    return gaps;
}

void Pointers::choose(const std::string& caller, Address function) {
    const auto found = reach_.find(caller);
    if (found == reach_.end() || !found->second.contains(function))
        throw Stopped(fmt::format("{} does not call {} through a pointer: ask for another", caller,
                                  code_.where(function)));
    chosen_[caller] = function;
}

std::vector<std::string> Pointers::assumptions(const std::set<std::string>& callers) const {
    std::map<std::string, std::set<std::string>> what, why;
    for (const auto& row : rows_) {
        if (!callers.contains(row.caller)) continue;
        if (const auto chosen = chosen_.find(row.caller); chosen != chosen_.end()) {
            what[row.caller] = {code_.where(chosen->second)};
            why[row.caller] = {"the call that is asked about"};
            continue;
        }
        for (const Address a : resolve(row)) what[row.caller].insert(code_.where(a));
        if (row.by == Pointed::By::inside) what[row.caller].insert(row.what.begin(), row.what.end());
        why[row.caller].insert(row.why);
    }
    std::vector<std::string> lines;
    lines.reserve(what.size());
    for (const auto& [caller, names] : what)
        lines.push_back(fmt::format("{} calls through pointers only {} ({})", caller, fmt::join(names, ", "),
                                    fmt::join(why[caller], "; ")));
    return lines;
}

} // namespace forkproof::proofs::stack
