#include "proofs/stack/depth.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs::stack {

bool Kernel::is_left_out(Address function) const {
    const std::string name = code_.where(function);
    return std::ranges::any_of(beliefs_.left_out, [&](const LeftOut& l) {
        return fits(name, l.function) && !(panics_ && l.ends_run);
    });
}

unsigned Kernel::pushed_at(Address entry) const {
    const std::string name = code_.where(entry);
    for (const auto& e : beliefs_.entered)
        if (fits(name, e.function)) return e.pushed;
    return 0;
}

/// Walks through a function again, and notes what that makes worth walking through.
void Kernel::visit(Address entry, std::vector<Address>& pending) {
    const Surroundings around{
        [&](Address callee) {
            const auto found = frames_.find(callee);
            return found == frames_.end() ? Ending{} : found->second.ending;
        },
        [&](const Move& i) { return pointers_.targets(i); },
        [&](const Move& i) { return pointers_.label(i); },
        [&](const Move& i) {
            const Range* f = code_.around(i.at);
            return f && std::ranges::find(beliefs_.stack_switch, f->name) != beliefs_.stack_switch.end();
        },
    };
    Frame now = walk(reader_, entry, pushed_at(entry), around);
    Frame& before = frames_[entry];
    const bool ends_otherwise = before.ending != now.ending;
    before = std::move(now);
    if (ends_otherwise) pending.insert(pending.end(), callers_[entry].begin(), callers_[entry].end());
    for (const auto& site : before.calls) {
        for (const Address t : site.targets) {
            callers_[t].insert(entry);
            if (frames_.try_emplace(t).second) pending.push_back(t);
        }
    }
}

/// Until nothing changes: at first no function is known to return, so walks end at their first calls.
void Kernel::explore(Address entry) {
    if (explored_.contains(entry)) return;
    std::erase_if(frames_, [&](const auto& f) { return !explored_.contains(f.first); });
    std::vector<Address> pending{entry};
    frames_.try_emplace(entry);
    while (!pending.empty()) {
        const Address next = pending.back();
        pending.pop_back();
        visit(next, pending);
    }
    for (const auto& [a, frame] : frames_) explored_.insert(a);
}

std::optional<std::size_t> Kernel::nesting_of(Address entry) const {
    const std::string name = code_.where(entry);
    for (std::size_t i = 0; i < beliefs_.nestings.size(); i++)
        if (beliefs_.nestings[i].function == name) return i;
    return std::nullopt;
}

void Kernel::stop_at_recursion(Address again) const {
    std::vector<std::string> names;
    for (auto i = std::ranges::find(open_, again); i != open_.end(); ++i) names.push_back(code_.where(*i));
    names.push_back(names.front());
    throw Stopped(
        fmt::format("recursion: {}: make it a loop, or say in proofs/stack/kernel_rows.cpp how deep it nests "
                    "and why",
                    fmt::join(names, " -> ")));
}

const Kernel::Deepest& Kernel::deepest(Address entry, const Left& left) {
    const std::pair key(entry, left);
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
    if (!computing_.insert(key).second) stop_at_recursion(entry);
    open_.push_back(entry);
    const Frame& frame = frames_.at(entry);
    Deepest d{frame.deepest, std::nullopt, frame.deepest, {}};
    for (const auto& site : frame.calls) {
        for (const Address target : site.targets) {
            if (is_left_out(target)) continue;
            Left after = left;
            if (const auto n = nesting_of(target)) {
                if (after[*n] == 0) continue; // the path would be one that cannot be
                after[*n]--;
            }
            const unsigned bytes = site.depth + deepest(target, after).bytes;
            if (bytes > d.bytes) d = {bytes, target, site.depth, after};
        }
    }
    open_.pop_back();
    computing_.erase(key);
    return known_[key] = d;
}

StackBound Kernel::bound(Address entry, bool panics) {
    explore(entry);
    known_.clear(), open_.clear(), computing_.clear();
    panics_ = panics;
    Left left;
    for (const auto& n : beliefs_.nestings) left.push_back(n.times);
    if (const auto n = nesting_of(entry)) left[*n]--;
    StackBound bound;
    bound.bytes = deepest(entry, left).bytes;
    for (std::optional<Address> at = entry; at;) {
        const Deepest& d = known_.at({*at, left});
        bound.path.push_back({code_.where(*at), d.here});
        at = d.next;
        left = d.left;
    }
    return bound;
}

std::vector<std::string> Kernel::interrupts_enabled(Address entry) {
    explore(entry);
    std::set<Address> seen{entry}, pending{entry}, found;
    while (!pending.empty()) {
        const Frame& frame = frames_.at(*pending.begin());
        pending.erase(pending.begin());
        found.insert(frame.interrupts_enabled_at.begin(), frame.interrupts_enabled_at.end());
        for (const auto& site : frame.calls)
            for (const Address t : site.targets)
                if (seen.insert(t).second) pending.insert(t);
    }
    std::vector<std::string> names;
    names.reserve(found.size());
    for (const Address a : found) names.push_back(code_.where(a));
    return names;
}

/// Everything: which functions return may change with what one of them calls.
void Kernel::forget() { frames_.clear(), callers_.clear(), explored_.clear(), known_.clear(); }

std::set<std::string> Kernel::names() const {
    std::set<std::string> names;
    for (const Address a : explored_) names.insert(code_.where(a));
    return names;
}

std::vector<std::string> Kernel::believed() const {
    const std::set<std::string> walked = names();
    std::vector<std::string> lines{"no function overwrites its return address or its caller's saved ebp"};
    for (const auto& n : beliefs_.nestings)
        if (walked.contains(n.function))
            lines.push_back(
                fmt::format("{} is at most {} times on one path ({})", n.function, n.times, n.why));
    for (const auto& l : beliefs_.left_out)
        if (std::ranges::any_of(walked, [&](const std::string& name) { return fits(name, l.function); }))
            lines.push_back(fmt::format("{} is not counted in ({})", l.function, l.why));
    for (const auto& s : beliefs_.stack_switch)
        if (walked.contains(s)) lines.push_back(fmt::format("{} gives each task its own esp back", s));
    return lines;
}

} // namespace forkproof::proofs::stack
