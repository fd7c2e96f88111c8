#include "proofs/history/ladder.hpp"
#include "invariants/sharing.hpp"
#include <algorithm>
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

template <class Rows, class Is>
std::size_t place(const Rows& rows, Is is) {
    return static_cast<std::size_t>(std::find_if(rows.begin(), rows.end(), is) - rows.begin());
}

} // namespace

std::size_t Ladder::resource(const std::string& name) const {
    return place(resources, [&](const Resource& r) { return r.name == name; });
}

std::size_t Ladder::step(const std::string& name) const {
    return place(steps, [&](const Step& s) { return s.name == name; });
}

std::size_t Ladder::landing(const std::string& label) const {
    return place(releases, [&](const Release& r) { return r.label == label; });
}

std::vector<std::size_t> Ladder::exits() const {
    std::vector<std::size_t> can_fail;
    for (std::size_t i = 0; i < steps.size(); i++)
        if (!steps[i].label.empty()) can_fail.push_back(i);
    return can_fail;
}

std::vector<std::string> Ladder::misfits() const {
    std::vector<std::string> found;
    auto has_resource = [&](const std::string& where, const std::string& name) {
        if (resource(name) == resources.size())
            found.push_back(fmt::format("{} names an unknown resource '{}'", where, name));
    };
    auto has_step = [&](const std::string& where, const std::string& name) {
        if (step(name) == steps.size())
            found.push_back(fmt::format("{} names an unknown step '{}'", where, name));
    };
    for (const Step& s : steps) {
        const bool may_fail = s.fails.count != 0 || s.rules != RuleSet();
        if (may_fail != !s.label.empty())
            found.push_back(
                fmt::format("step {} {}", s.name,
                            may_fail ? "can fail and has no label" : "has a label and cannot fail"));
        if (!s.label.empty() && landing(s.label) == releases.size())
            found.push_back(fmt::format("step {} jumps to '{}', which stands nowhere", s.name, s.label));
    }
    has_step("the copying of the task", copying_step);
    for (const Take& t : takes) has_step("a take", t.step), has_resource("a take", t.resource);
    for (const Clear& c : clears) has_step("a clear", c.step), has_resource("a clear", c.resource);
    for (const Release& r : releases)
        if (!r.call.empty()) has_resource("call " + r.call, r.resource);
    return found;
}

Ladder ladder_of_2_6_33() {
    Ladder ladder;
    RuleSet later;
    for (const LadderResource& r : ladder_resources_2_6_33) ladder.resources.push_back({r.name, r.copied});
    for (const LadderRow& s : ladder_2_6_33) {
        ladder.steps.push_back({s.step, s.label, s.fails, s.rules, s.keeps});
        later = RuleSet(later.bits() | s.rules.bits());
    }
    ladder.decided_before = RuleSet(profile_linux_2_6_33.bits() & ~later.bits());
    ladder.copying_step = ladder_copying_step;
    for (const LadderTake& t : ladder_takes_2_6_33)
        ladder.takes.push_back({t.step, t.resource, t.count, t.when, t.luck});
    for (const LadderClear& c : ladder_clears_2_6_33) ladder.clears.push_back({c.step, c.resource});
    for (const LadderRelease& r : ladder_releases_2_6_33)
        ladder.releases.push_back({r.label, r.call, r.resource, r.count, r.guard, r.when});
    return ladder;
}

Ladder own_ladder(const std::vector<OwnStep>& rows) {
    const Ladder listing = ladder_of_2_6_33();
    Ladder own;
    own.copying_step = listing.copying_step;
    for (const Ladder::Resource& r : listing.resources) own.resources.push_back({r.name, {}});
    auto kernel_has = [&](const Ladder::Take& take) {
        return take.resource == "task" ||
               std::any_of(std::begin(sharing), std::end(sharing),
                           [&](const SharingRow& s) { return take.step == s.step; });
    };
    auto label_of = [](const OwnStep& row) { return "failed " + row.name; };
    for (const OwnStep& row : rows) {
        const LadderEither fails = row.can_fail ? LadderEither(LADDER_ALWAYS) : LadderEither();
        own.steps.push_back({row.name, row.can_fail ? label_of(row) : "", fails, RuleSet(), false});
        for (const Ladder::Take& take : listing.takes)
            if (take.step == row.name && kernel_has(take)) own.takes.push_back(take);
    }
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        own.releases.push_back(
            {label_of(*row), "", ""}); // a failure of this step lands above the one before it
        if (std::next(row) == rows.rend() || !std::next(row)->releases) continue;
        const std::string undone = std::next(row)->name;
        for (auto take = own.takes.rbegin(); take != own.takes.rend(); ++take)
            if (take->step == undone)
                own.releases.push_back(
                    {"", "release " + undone, take->resource, take->count, LadderGuard::pointer});
    }
    return own;
}

} // namespace forkproof::proofs
