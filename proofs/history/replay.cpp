#include "proofs/history/replay.hpp"

namespace forkproof::proofs {
namespace {

/// What the child's task_struct says of a resource.
enum class Pointer : std::uint8_t { null, parents, own };

struct Account {
    Pointer pointer = Pointer::null;
    PlainLeft left;
};

RuleId refusal(RuleSet set, const PlainLadderCall& call) {
    return first_refusal(PlainView{call.flags, call.context}, set);
}

bool holds(const LadderWhen& when, const PlainLadderCall& call) {
    if (when.any_flag != 0 && (call.flags & when.any_flag) == 0) return false;
    if ((call.flags & when.no_flag) != 0) return false;
    return (call.brings & when.has) == when.has && (call.brings & when.lacks) == 0;
}

bool holds(const LadderEither& either, const PlainLadderCall& call) {
    return (either.count > 0 && holds(either.when[0], call)) ||
           (either.count > 1 && holds(either.when[1], call));
}

class Run {
  public:
    Run(const Ladder& ladder, const PlainLadderCall& call) : ladder_(ladder), call_(call) {}

    LadderRun whole() {
        const RuleId early = refusal(ladder_.decided_before, call_);
        if (early != RuleId::none) {
            result_.refused_by = rule_texts[early].name;
            return result_;
        }
        for (std::size_t i = 0; i < ladder_.steps.size(); i++)
            if (!step(i)) {
                result_.failed = ladder_.steps[i].name;
                climb_down(ladder_.steps[i].label);
                break;
            }
        if (!result_.failed.empty())
            for (const auto& [resource, account] : accounts_)
                if (account.left != PlainLeft()) result_.left[resource] = account.left;
        return result_;
    }

  private:
    /// False: it failed.
    bool step(std::size_t i) {
        const Ladder::Step& s = ladder_.steps[i];
        for (const Ladder::Clear& clear : ladder_.clears)
            if (clear.step == s.name) accounts_[clear.resource].pointer = Pointer::null;
        const bool fails =
            step_must_fail(ladder_, call_, i) || (step_can_fail(ladder_, call_, i) && call_.fails[i]);
        if (fails && !(s.keeps && call_.keeps[i])) return false;
        if (s.name == ladder_.copying_step)
            for (const Ladder::Resource& r : ladder_.resources)
                if (holds(r.copied, call_)) accounts_[r.name].pointer = Pointer::parents;
        for (const Ladder::Take& take : ladder_.takes) {
            if (take.step != s.name || !holds(take.when, call_) || (take.luck && call_.unlucky[i])) continue;
            Account& account = accounts_[take.resource];
            account.left.held += take.count;
            account.pointer = Pointer::own;
        }
        return !fails;
    }

    void climb_down(const std::string& label) {
        bool passed = false;
        for (const Ladder::Release& row : ladder_.releases) {
            passed = passed || row.label == label;
            if (passed && !row.call.empty() && holds(row.when, call_)) give_back(row);
        }
    }

    void give_back(const Ladder::Release& row) {
        Account& account = accounts_[row.resource];
        if (row.guard == LadderGuard::pointer && account.pointer == Pointer::null) return;
        if (row.guard == LadderGuard::taken && account.left.held == 0) return;
        if (result_.calls.empty() || result_.calls.back() != row.call) result_.calls.push_back(row.call);
        if (account.left.held >= row.count) {
            account.left.held -= row.count;
            if (account.left.held == 0) account.pointer = Pointer::null;
        } else if (account.pointer == Pointer::parents) {
            account.left.dropped += row.count;
        } else {
            account.left.wild = true;
        }
    }

    const Ladder& ladder_;
    const PlainLadderCall& call_;
    std::map<std::string, Account> accounts_;
    LadderRun result_;
};

} // namespace

bool step_can_fail(const Ladder& ladder, const PlainLadderCall& call, std::size_t step) {
    return holds(ladder.steps[step].fails, call);
}

bool step_must_fail(const Ladder& ladder, const PlainLadderCall& call, std::size_t step) {
    return refusal(ladder.steps[step].rules, call) != RuleId::none;
}

LadderRun run_ladder(const Ladder& ladder, const PlainLadderCall& call) { return Run(ladder, call).whole(); }

} // namespace forkproof::proofs
