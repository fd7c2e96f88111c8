#include "proofs/induction/refinement.hpp"
#include "proofs/induction/first_state.hpp"
#include "proofs/world/fork_scene.hpp"
#include "proofs/world/published.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <sstream>

namespace forkproof::proofs::induction {
namespace {

// What stands for a pointer in the relation of the machine code.
constexpr std::uint64_t NOTHING = 0, CALLERS = 1, ITS_OWN = 2;

/// The model's answer for a word of the relation, whose value is one of these.
struct Stands {
    std::uint64_t number;
    z3::expr model;
};
z3::expr in_model(const Word& word, const std::vector<Stands>& all) {
    z3::expr answer = all.front().model;
    for (const Stands& one : all) {
        z3::context& z3 = one.model.ctx();
        answer = z3::ite(word.expr(z3) == Word(word.width(), one.number).expr(z3), one.model, answer);
    }
    return answer;
}

TheoremReport compared(Scene& scene, const std::string& what,
                       const std::vector<std::vector<z3::expr>>& differs) {
    TheoremReport report;
    for (const std::vector<z3::expr>& question : differs)
        expect_unsat(scene.ask(question),
                     fmt::format("{} of the child: the model and the machine's relation differ", what));
    report.queries = scene.queries();
    for (const Tie& tie : ties())
        if (tie.field == what && !tie.theorems.empty()) report.log.push_back("of the bytes: " + tie.theorems);
    report.assumptions = {
        "clone is one step: what it does when it fails is ladder/runner's and frame/...'s matter"};
    report.outcome = Outcome::proved;
    return report;
}

} // namespace

TheoremReport changes_no_other_task(Scene& scene) {
    const Transition& t = scene.transition();
    const z3::expr& a = scene.anything().a;
    TheoremReport report = compared(
        scene, "no field",
        {{a != t.who, a != t.other, scene.before().listed(a), !same_task(scene.before(), t.after, a)}});
    for (const Tie& tie : ties())
        if (!tie.gap.empty())
            report.log.push_back(fmt::format("gap     {} ({}): {}", tie.field,
                                             tie.theorems.empty() ? "no theorem" : tie.theorems, tie.gap));
    return report;
}

TheoremReport refines_row(Scene& scene, const std::string& kind) {
    const State& before = scene.before();
    const Transition& t = scene.transition();
    const State::Kind* k = nullptr;
    for (const State::Kind& one : before.kinds)
        if (kind == one.name) k = &one;
    if (!k) throw NotProved{Outcome::unknown, {"the model has no kind " + kind}};
    const SharingRow& row = sharing_row(kind);
    const z3::expr callers = (before.*k->held)(t.who), nil = before.sorts.nil;
    const z3::expr own = before.z3->constant(("new_" + kind).c_str(), before.sorts.object);
    const z3::expr childs = (t.after.*k->held)(t.other);
    std::vector<std::vector<z3::expr>> differs;
    for (const bool has_one : {true, false}) {
        const RowCase c{Word(t.call->flags), word32(has_one ? CALLERS : NOTHING)};
        const z3::expr expected = in_model(row_gives(row, c, word32(ITS_OWN)),
                                           {{NOTHING, nil}, {CALLERS, callers}, {ITS_OWN, own}});
        differs.push_back({has_one ? callers != nil : callers == nil, childs != expected});
    }
    return compared(scene, kind, differs);
}

TheoremReport refines_publish(Scene& scene, const std::string& field) {
    const State& before = scene.before();
    const Transition& t = scene.transition();
    const z3::expr leader = before.leader(t.who);
    constexpr std::uint64_t CALLER = 1, CHILD = 2, CALLERS_PARENT = 3, LEADER = 4, SERIAL = 5, CHOOSER = 6;
    const RuleSet rules = profile_default;
    const Published is = published({Word(t.call->flags), rules.has(RuleId::parent_exit_signal),
                                    word32(CALLER), word32(CHILD), word32(CALLERS_PARENT), word32(LEADER),
                                    word32(SERIAL), Word(before.exit_signal(leader)), word32(CHOOSER)});
    const State& after = t.after;
    if (field == "exit_signal")
        return compared(scene, field, {{after.exit_signal(t.other) != is.exit_signal.expr(*before.z3)}});
    if (field == "exit_signal_chooser")
        return compared(
            scene, field,
            {{after.exit_signal_chooser(t.other) !=
              in_model(is.exit_signal_chooser,
                       {{SERIAL, before.age(leader)}, {CHOOSER, before.exit_signal_chooser(leader)}})}});
    if (field == "parent")
        return compared(
            scene, field,
            {{after.parent(t.other) !=
              in_model(is.real_parent, {{CALLER, t.who}, {CALLERS_PARENT, before.parent(t.who)}})}});
    if (field == "leader")
        return compared(
            scene, field,
            {{after.leader(t.other) != in_model(is.group_leader, {{LEADER, leader}, {CHILD, t.other}})}});
    throw NotProved{Outcome::unknown, {"publish says nothing of " + field}};
}

const std::vector<Tie>& ties() {
    static const std::string twice = "the model says it in words of its own";
    static const std::string ghost = "a ghost: no kernel keeps it";
    static const std::string boundary =
        "true of what is on the list, and of what an allocator has handed out";
    static const std::string counted =
        "the model's own count of who points there; that counts and holders agree "
        "is the invariant counts";
    static const std::vector<Tie> rows{
        {"signal", "sharing/signal steps/signal whole/copy_process", ""},
        {"sighand", "sharing/sighand steps/sighand whole/copy_process", ""},
        {"mm", "sharing/mm steps/mm whole/with-mm", ""},
        {"fs", "sharing/fs steps/fs whole/copy_process", ""},
        {"nsproxy", "sharing/namespaces steps/namespaces whole/copy_process", ""},
        {"undo", "sharing/semundo steps/semundo publish/lists whole/with-undo", ""},
        {"exit_signal", "publish/lists", ""},
        {"exit_signal_chooser", "publish/lists", ""},
        {"parent", "publish/lists", ""},
        {"leader", "publish/lists", ""},
        {"listed", "publish/lists", boundary},
        {"list_of", "publish/lists", twice},
        {"pid", "steps/pid publish/lists", twice},
        {"tgid", "steps/pid", twice},
        {"age", "publish/lists", twice},
        {"user", "steps/creds sharing/creds", twice},
        {"pid_ns", "steps/pid steps/pid-deep steps/namespaces", twice},
        {"zombie", "steps/task", "a new task has exit_state 0"},
        {"exiting", "steps/task", "a new task has no PF_EXITING"},
        {"kernel", "steps/task", "PF_KTHREAD stays with a kernel thread's child; here none makes a call"},
        {"first_in_ns", "steps/pid", twice},
        {"rt_prio", "scheduling/reset-on-fork scheduling/inherited steps/sched", twice},
        {"rt_policy", "scheduling/reset-on-fork scheduling/inherited steps/sched", twice},
        {"reset_on_fork", "scheduling/reset-on-fork steps/sched", twice},
        {"vfork_waiter", "child/vfork do_fork/ways", twice},
        {"born_with", "child/vfork", "the checker's record, which decides nothing"},
        {"sleeps", "child/vfork", twice},
        {"execs", "", "exec is not executed by the prover"},
        {"caps", "steps/creds", "all capabilities or none, where the kernel has four sets of bits"},
        {"root", "steps/creds", twice},
        {"entitled", "", ghost},
        {"unkillable", "steps/signal", twice},
        {"live", "steps/signal publish/lists", twice},
        {"living", "", counted},
        {"handler_mm", "steps/sighand",
         "the table is copied or shared whole; whose addresses it holds is a ghost"},
        {"fs_root", "steps/fs steps/namespaces", twice},
        {"fs_pwd", "steps/fs steps/namespaces", twice},
        {"in_exec", "steps/fs", twice},
        {"mnt_ns", "steps/namespaces steps/namespaces-all", twice},
        {"ipc_ns", "steps/namespaces steps/namespaces-all", twice},
        {"undo_ipc_ns", "steps/semundo", twice},
        {"made_by_privilege", "", ghost},
        {"user_ns", "steps/creds", twice},
        {"processes", "steps/creds", twice},
        {"tasks_of", "", counted},
        {"userns_trusted", "", ghost},
        {"pid_ns_parent", "steps/namespaces", twice},
        {"reaper", "publish/lists", twice},
        {"pid_ns_exists", "steps/namespaces", boundary},
        {"user_exists", "steps/creds", boundary},
        {"user_ns_exists", "steps/creds", boundary},
        {"ipc_ns_exists", "steps/namespaces", boundary},
        {"mnt_ns_exists", "steps/namespaces", boundary},
    };
    return rows;
}

std::vector<std::string> faults_in(const std::vector<Tie>& rows, const std::vector<std::string>& fields,
                                   const std::vector<std::string>& theorems) {
    std::vector<std::string> faults;
    auto has = [](const std::vector<std::string>& all, const std::string& one) {
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    for (const std::string& field : fields)
        if (std::none_of(rows.begin(), rows.end(), [&](const Tie& tie) { return tie.field == field; }))
            faults.push_back(fmt::format("the model's field {} has no row", field));
    for (const Tie& tie : rows) {
        if (!has(fields, tie.field)) faults.push_back(fmt::format("the model has no field {}", tie.field));
        if (tie.theorems.empty() && tie.gap.empty())
            faults.push_back(fmt::format("{} is tied to nothing, and nothing is said of it", tie.field));
        std::istringstream names(tie.theorems);
        for (std::string name; names >> name;)
            if (!has(theorems, name))
                faults.push_back(fmt::format("{}: there is no theorem {}", tie.field, name));
    }
    return faults;
}

} // namespace forkproof::proofs::induction

namespace forkproof::proofs {

std::vector<Theorem> refinement_theorems() {
    using namespace induction;
    std::vector<Theorem> all;
    const auto scene = std::make_shared<SharedScene>(transitions[0]); // clone
    auto add = [&](const std::string& field, TheoremReport (*body)(induction::Scene&, const std::string&)) {
        Theorem theorem;
        theorem.name = "refinement/" + field;
        theorem.sentence =
            fmt::format("{} of the child: the model's clone says what is proved of the bytes", field);
        theorem.batch = "refinement";
        theorem.run = [=](const Setting&) {
            return scene->with([&](induction::Scene& s) { return body(s, field); });
        };
        all.push_back(std::move(theorem));
    };
    for (const char* kind : {"signal", "sighand", "mm", "fs", "nsproxy", "undo"}) add(kind, refines_row);
    for (const char* field : {"exit_signal", "exit_signal_chooser", "parent", "leader"})
        add(field, refines_publish);
    Theorem rows;
    rows.name = "refinement/fields";
    rows.sentence =
        "clone changes no field of another task; and every field is tied to theorems that exist, or it is "
        "said what is left to the reader";
    rows.batch = "refinement";
    rows.run = [scene](const Setting&) {
        const auto report = scene->with(changes_no_other_task);
        std::vector<std::string> theorems;
        for (const Theorem& theorem : machine_theorems()) theorems.push_back(theorem.name);
        const std::vector<std::string> faults = faults_in(ties(), model_fields(), theorems);
        if (!faults.empty()) throw NotProved{Outcome::refuted, faults};
        scene->forget();
        return report;
    };
    all.push_back(std::move(rows));
    return all;
}

} // namespace forkproof::proofs
