#include "proofs/history/kernels.hpp"
#include "proofs/theorem.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace forkproof::proofs {
namespace {

/// Z3's own unit of work, a backstop: no query needs a thousandth of it.
constexpr unsigned RLIMIT = 20'000'000;
constexpr std::uint32_t ALL_ROWS = ~0U;
constexpr unsigned FLAG_BITS = 32;

bool is_capability(const ContextField& field) { return std::string_view(field.name).starts_with("cap_"); }

class Comparer {
  public:
    Comparer(const RuleTable& accepting, const RuleTable& refusing)
        : refusing_(refusing), call_(CallTerms::fresh(z3_, "").judged_by(RuleSet(ALL_ROWS))),
          accepted_(verdict_of(accepting, call_).accepted()), verdict_(verdict_of(refusing, call_)),
          solver_(z3_, "QF_BV") {
        z3::params params(z3_);
        params.set("rlimit", RLIMIT);
        solver_.set(params);
        solver_.add(call_.hook_answer_is_valid() && accepted_);
    }

    std::vector<Combination> all() {
        std::vector<Combination> found;
        z3::expr others = !verdict_.accepted(); // what the other refuses without what was found so far
        for (;;) {
            solver_.push();
            solver_.add(others);
            const bool more = satisfiable(z3_.bool_val(true));
            if (more) found.push_back(simplest());
            solver_.pop();
            if (!more) return found;
            found.back().parts = shrunk(parts_of(found.back().example));
            found.back().queries = queries_;
            z3::expr combination = z3_.bool_val(true);
            for (const CallPart& part : found.back().parts) combination = combination && term(part);
            others = others && !combination;
        }
    }

  private:
    bool satisfiable(const z3::expr& with) {
        solver_.push();
        solver_.add(with);
        queries_++;
        const z3::check_result answer = solver_.check();
        solver_.pop();
        if (answer == z3::unknown) throw NotProved{Outcome::unknown, {"the solver gave up comparing rules"}};
        return answer == z3::sat;
    }

    z3::expr term(const CallPart& part) const {
        const z3::expr holds = part.field ? call_.*part.field->term : call_.has_any(part.flag);
        return part.is ? holds : !holds;
    }

    /// As few flags as can be, all capabilities that can be, and nothing else in the caller's way.
    Combination simplest() {
        std::vector<z3::expr> wishes{call_.security_errno == 0, !call_.reset_on_fork};
        for (const ContextField& field : context_fields)
            if (!is_capability(field)) wishes.push_back(!(call_.*field.term));
        for (unsigned bit = FLAG_BITS; bit-- > 0;) wishes.push_back(!call_.has_any(1U << bit));
        for (const ContextField& field : context_fields)
            if (is_capability(field)) wishes.push_back(call_.*field.term);
        for (const z3::expr& wish : wishes)
            if (satisfiable(wish)) solver_.add(wish);
        queries_++;
        if (solver_.check() != z3::sat)
            throw NotProved{Outcome::unknown, {"the solver gave up a model it had"}};
        const z3::model model = solver_.get_model();
        Combination found;
        found.example = read_call(model, call_);
        const auto id = static_cast<RuleId>(model.eval(verdict_.refused_by, true).get_numeral_uint());
        if (const RuleRow* row = refusing_.find(id)) found.refused_by = row->name;
        found.error = static_cast<Errno>(model.eval(verdict_.error, true).get_numeral_uint());
        return found;
    }

    /// All that there is to say of a call, what is absent first: what is said first is left out first.
    static std::vector<CallPart> parts_of(const PlainCall& call) {
        std::vector<CallPart> absent, present;
        for (unsigned bit = 0; bit < FLAG_BITS; bit++)
            ((call.flags >> bit & 1) != 0 ? present : absent)
                .push_back({1U << bit, nullptr, (call.flags >> bit & 1) != 0});
        for (const ContextField& field : context_fields) {
            const bool is = call.context.*field.plain;
            (is_capability(field) == is ? absent : present).push_back({0, &field, is});
        }
        absent.insert(absent.end(), present.begin(), present.end());
        return absent;
    }

    /// Leaves out each part without which the other kernel still refuses all that this one accepts.
    std::vector<CallPart> shrunk(std::vector<CallPart> parts) {
        for (std::size_t i = 0; i < parts.size();) {
            z3::expr others = verdict_.accepted();
            for (std::size_t k = 0; k < parts.size(); k++)
                if (k != i) others = others && term(parts[k]);
            if (satisfiable(others))
                i++;
            else
                parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
        }
        return parts;
    }

    z3::context z3_;
    const RuleTable& refusing_;
    CallTerms call_;
    z3::expr accepted_;
    TermVerdict verdict_;
    z3::solver solver_;
    unsigned queries_ = 0;
};

/// "root", "root without cap_setuid, exec_domain_going".
std::string caller_words(const VerdictContext& context) {
    std::vector<std::string> lacks, others;
    for (const ContextField& field : context_fields)
        if (context.*field.plain != is_capability(field))
            (is_capability(field) ? lacks : others).emplace_back(field.name);
    return fmt::format("root{}{}{}{}", lacks.empty() ? "" : " without ", fmt::join(lacks, " "),
                       others.empty() ? "" : ", ", fmt::join(others, " "));
}

std::vector<std::string> combination_lines(const std::vector<Combination>& found, std::uint32_t by,
                                           std::uint32_t other) {
    std::vector<std::string> lines;
    if (found.empty()) lines.emplace_back("  nothing");
    for (const Combination& one : found) {
        const std::string name = errno_name(one.error);
        lines.push_back(fmt::format("  {}", parts_words(one.parts, std::max(by, other))));
        lines.push_back(
            fmt::format("    e.g. clone({}) by {}: {} makes a child, {} says {} ({})",
                        one.example.flags == 0 ? "" : flag_words_of(one.example.flags, std::max(by, other)),
                        caller_words(one.example.context), version_words(by), version_words(other), name,
                        one.refused_by));
    }
    return lines;
}

std::string effects_words(const RuleRow& row, std::uint32_t in) {
    return fmt::format("{}, in {} only", row.name, version_words(in));
}

} // namespace

std::vector<Combination> only_accepted_by(const RuleTable& accepting, const RuleTable& refusing) {
    return Comparer(accepting, refusing).all();
}

std::string flag_words_of(std::uint32_t flags, std::uint32_t version) {
    std::uint32_t renamed = 0;
    std::vector<std::string> words;
    if (version >= kernel_version(4, 6) && (flags & CLONE_NEWCGROUP)) {
        renamed |= CLONE_NEWCGROUP;
        words.emplace_back("NEWCGROUP");
    }
    if (version >= kernel_version(5, 2) && (flags & CLONE_PIDFD)) {
        renamed |= CLONE_PIDFD;
        words.emplace_back("PIDFD");
    }
    if ((flags & ~renamed) != 0 || words.empty()) words.insert(words.begin(), flag_words(flags & ~renamed));
    return fmt::format("{}", fmt::join(words, " "));
}

std::string parts_words(const std::vector<CallPart>& parts, std::uint32_t version) {
    std::uint32_t set = 0;
    std::vector<std::string> with, without;
    for (const CallPart& part : parts)
        if (part.field)
            (part.is ? with : without).emplace_back(part.field->name);
        else if (part.is)
            set |= part.flag;
        else
            without.push_back(flag_words_of(part.flag, version));
    std::vector<std::string> words;
    if (set != 0) words.push_back(flag_words_of(set, version));
    if (!with.empty()) words.push_back(fmt::format("with {}", fmt::join(with, " ")));
    if (!without.empty()) words.push_back(fmt::format("without {}", fmt::join(without, " ")));
    return words.empty() ? "every call" : fmt::format("{}", fmt::join(words, " "));
}

Comparison compare_kernels(const RuleHistory& history, std::uint32_t from, std::uint32_t to) {
    const RuleTable old_table = history.at(from), new_table = history.at(to);
    Comparison comparison{
        from, to, only_accepted_by(old_table, new_table), only_accepted_by(new_table, old_table), {}};
    for (const RuleRow& row : old_table.rows)
        if (row.kind == RuleKind::effect && !new_table.find(row.id))
            comparison.effects.push_back(effects_words(row, from));
    for (const RuleRow& row : new_table.rows)
        if (row.kind == RuleKind::effect && !old_table.find(row.id))
            comparison.effects.push_back(effects_words(row, to));
    return comparison;
}

std::vector<std::string> comparison_lines(const Comparison& c) {
    const std::string from = version_words(c.from), to = version_words(c.to);
    std::vector<std::string> lines{fmt::format("clone() of linux-{} and linux-{}: the smallest combinations "
                                               "that only one of them accepts",
                                               from, to),
                                   fmt::format("accepted by {}, refused by {}", from, to)};
    auto append = [&](const std::vector<std::string>& more) {
        lines.insert(lines.end(), more.begin(), more.end());
    };
    append(combination_lines(c.only_from, c.from, c.to));
    lines.push_back(fmt::format("accepted by {}, refused by {}", to, from));
    append(combination_lines(c.only_to, c.to, c.from));
    if (!c.effects.empty()) {
        lines.emplace_back("accepted by both, with another child");
        for (const std::string& effect : c.effects) lines.push_back("  " + effect);
    }
    lines.push_back(fmt::format("compared: {} combinations; every call without them is accepted by both or "
                                "refused by both",
                                c.only_from.size() + c.only_to.size()));
    return lines;
}

} // namespace forkproof::proofs
