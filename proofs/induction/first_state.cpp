#include "proofs/induction/first_state.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

namespace forkproof::proofs::induction {

void FirstState::say(const std::string& field, const std::string& of, const std::string& value) {
    facts[of.empty() ? field : fmt::format("{}({})", field, of)] = value;
}
void FirstState::say(const std::string& field, const std::string& of, long value) {
    say(field, of, std::to_string(value));
}
void FirstState::say(const std::string& field, const std::string& of, bool value) {
    say(field, of, std::string(value ? "true" : "false"));
}
bool FirstState::has_object(const std::string& name) const {
    return std::any_of(objects.begin(), objects.end(), [&](const FirstObject& o) { return o.name == name; });
}

void say_ghosts(FirstState& state) {
    for (const std::string& task : state.tasks) state.say("entitled", task, true);
    for (const FirstObject& o : state.objects) {
        if (o.kind == "nsproxy") state.say("made_by_privilege", o.name, true);
        if (o.kind == "user_ns") state.say("userns_trusted", o.name, true);
    }
}

namespace {

/// What both tasks have in common at boot.
void say_task(FirstState& s, const std::string& task, long number) {
    for (const char* self : {"leader"}) s.say(self, task, task);
    for (const char* nobody : {"parent", "list_of", "vfork_waiter"}) s.say(nobody, task, "nobody");
    for (const char* its : {"pid", "tgid", "age"}) s.say(its, task, number);
    for (const char* not_so :
         {"zombie", "exiting", "rt_prio", "rt_policy", "reset_on_fork", "sleeps", "execs"})
        s.say(not_so, task, false);
    for (const char* so : {"listed", "caps", "root"}) s.say(so, task, true);
    s.say("exit_signal_chooser", task, 0L); // idle's
    s.say("user", task, "init_user");
    s.say("pid_ns", task, "init_pid_ns");
    s.say("undo", task, "nil");
}

/// An object of a kind that tasks count, with this many holders.
void say_counted(FirstState& s, const std::string& kind, const std::string& name, long holders) {
    s.objects.push_back({name, kind});
    s.say(kind + "_count", name, holders);
    s.say(kind + "_holders", name, holders);
    if (kind == "signal")
        s.say("live", name, 1L), s.say("living", name, 1L), s.say("unkillable", name, false);
    if (kind == "sighand") s.say("handler_mm", name, "nil");
}

FirstState make() {
    FirstState s;
    s.tasks = {"init", "kthreadd"};
    say_task(s, "init", 1), say_task(s, "kthreadd", 2);
    s.say("exit_signal", "init", 17L); // SIGCHLD
    s.say("exit_signal", "kthreadd", 0L);
    s.say("first_in_ns", "init", true), s.say("first_in_ns", "kthreadd", false);
    s.say("kernel", "init", false), s.say("kernel", "kthreadd", true);
    for (const char* task : {"init", "kthreadd"})
        for (const char* kind : {"signal", "sighand"}) {
            const std::string own = fmt::format("{}_{}", task, kind);
            say_counted(s, kind, own, 1);
            s.say(kind, task, own);
        }
    s.say("unkillable", "init_signal", true);
    for (const char* kind : {"signal", "sighand"}) say_counted(s, kind, std::string("idle_") + kind, 1);
    say_counted(s, "mm", "init_mm", 1);
    s.say("mm", "init", "init_mm"), s.say("mm", "kthreadd", "nil");
    // Both were made by idle, which shares these with them and counts too.
    for (const char* kind : {"fs", "nsproxy"}) {
        const std::string shared = std::string("init_") + kind;
        say_counted(s, kind, shared, 3);
        for (const char* task : {"init", "kthreadd"}) s.say(kind, task, shared);
    }
    s.say("fs_root", "init_fs", "init_mnt_ns"), s.say("fs_pwd", "init_fs", "init_mnt_ns");
    s.say("in_exec", "init_fs", false);
    s.say("mnt_ns", "init_nsproxy", "init_mnt_ns"), s.say("ipc_ns", "init_nsproxy", "init_ipc_ns");
    for (const char* kind : {"user", "user_ns", "pid_ns", "mnt_ns", "ipc_ns"})
        s.objects.push_back({std::string("init_") + kind, kind});
    s.say("user_ns", "init_user", "init_user_ns");
    s.say("processes", "init_user", 3L), s.say("tasks_of", "init_user", 3L);
    s.say("pid_ns_parent", "init_pid_ns", "nil"), s.say("reaper", "init_pid_ns", "init");
    s.say("clock", "", 3L);
    for (const char* count : {"nr_threads", "tasks", "process_counts", "leaders"}) s.say(count, "", 2L);
    say_ghosts(s);
    return s;
}

struct Named {
    const char* name;
    Field State::*field;
};
/// Of tasks first, then, from `unkillable` on, of objects.
constexpr Named fields[] = {
    {"listed", &State::listed},
    {"leader", &State::leader},
    {"parent", &State::parent},
    {"list_of", &State::list_of},
    {"pid", &State::pid},
    {"tgid", &State::tgid},
    {"age", &State::age},
    {"signal", &State::signal},
    {"sighand", &State::sighand},
    {"mm", &State::mm},
    {"fs", &State::fs},
    {"user", &State::user},
    {"pid_ns", &State::pid_ns},
    {"nsproxy", &State::nsproxy},
    {"undo", &State::undo},
    {"zombie", &State::zombie},
    {"exiting", &State::exiting},
    {"kernel", &State::kernel},
    {"first_in_ns", &State::first_in_ns},
    {"exit_signal", &State::exit_signal},
    {"exit_signal_chooser", &State::exit_signal_chooser},
    {"rt_prio", &State::rt_prio},
    {"rt_policy", &State::rt_policy},
    {"reset_on_fork", &State::reset_on_fork},
    {"vfork_waiter", &State::vfork_waiter},
    {"born_with", &State::born_with},
    {"sleeps", &State::sleeps},
    {"execs", &State::execs},
    {"caps", &State::caps},
    {"root", &State::root},
    {"entitled", &State::entitled},
    {"unkillable", &State::unkillable},
    {"live", &State::live},
    {"living", &State::living},
    {"handler_mm", &State::handler_mm},
    {"fs_root", &State::fs_root},
    {"fs_pwd", &State::fs_pwd},
    {"in_exec", &State::in_exec},
    {"mnt_ns", &State::mnt_ns},
    {"ipc_ns", &State::ipc_ns},
    {"undo_ipc_ns", &State::undo_ipc_ns},
    {"made_by_privilege", &State::made_by_privilege},
    {"user_ns", &State::user_ns},
    {"processes", &State::processes},
    {"tasks_of", &State::tasks_of},
    {"userns_trusted", &State::userns_trusted},
    {"pid_ns_parent", &State::pid_ns_parent},
    {"reaper", &State::reaper},
    {"pid_ns_exists", &State::pid_ns_exists},
    {"user_exists", &State::user_exists},
    {"user_ns_exists", &State::user_ns_exists},
    {"ipc_ns_exists", &State::ipc_ns_exists},
    {"mnt_ns_exists", &State::mnt_ns_exists},
};

const Field& field_of(const State& s, const std::string& name) {
    for (const Named& row : fields)
        if (name == row.name) return s.*row.field;
    for (const State::Kind& k : s.kinds) {
        if (name == std::string(k.name) + "_exists") return k.exists;
        if (name == std::string(k.name) + "_count") return k.count;
        if (name == std::string(k.name) + "_holders") return k.holders;
    }
    throw std::logic_error("the model has no field " + name);
}

const z3::expr& number_of(const State& s, const std::string& name) {
    if (name == "clock") return s.clock;
    if (name == "nr_threads") return s.nr_threads;
    if (name == "tasks") return s.tasks;
    if (name == "process_counts") return s.process_counts;
    if (name == "leaders") return s.leaders;
    throw std::logic_error("the model has no number " + name);
}

} // namespace

std::vector<std::string> model_fields() {
    std::vector<std::string> names;
    for (const Named& row : fields) names.emplace_back(row.name);
    return names;
}

z3::expr same_task(const State& before, const State& after, const z3::expr& task) {
    z3::expr_vector same(*before.z3);
    for (const Named& row : fields) {
        if (row.field == &State::unkillable) break;
        same.push_back((before.*row.field)(task) == (after.*row.field)(task));
    }
    return z3::mk_and(same);
}

const FirstState& modelled_first_state() {
    static const FirstState state = make();
    return state;
}

std::vector<std::string> differences(const FirstState& model, const FirstState& booted) {
    std::vector<std::string> lines;
    auto has = [](const auto& all, const auto& one) {
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    for (const std::string& task : booted.tasks)
        if (!has(model.tasks, task)) lines.push_back(fmt::format("a task that the model has not: {}", task));
    for (const FirstObject& o : booted.objects)
        if (!has(model.objects, o))
            lines.push_back(fmt::format("an object that the model has not: {} ({})", o.name, o.kind));
    for (const auto& [what, value] : model.facts) {
        const auto found = booted.facts.find(what);
        if (found == booted.facts.end())
            lines.push_back(
                fmt::format("{}: the model starts from {}, the booted kernel does not say", what, value));
        else if (found->second != value)
            lines.push_back(fmt::format("{}: the model starts from {}, the booted kernel from {}", what,
                                        value, found->second));
    }
    for (const auto& [what, value] : booted.facts)
        if (model.facts.count(what) == 0 && lines.empty())
            lines.push_back(fmt::format("{}: the booted kernel says {}, the model nothing", what, value));
    return lines;
}

FirstTerms terms_of(const FirstState& first, const State& s) {
    z3::context& z3 = *s.z3;
    FirstTerms terms;
    std::map<std::string, z3::expr> named{{"nobody", s.sorts.nobody}, {"nil", s.sorts.nil}};
    z3::expr_vector apart_tasks(z3), apart_objects(z3);
    apart_tasks.push_back(s.sorts.nobody), apart_objects.push_back(s.sorts.nil);
    for (const std::string& name : first.tasks) {
        terms.tasks.push_back(z3.constant(name.c_str(), s.sorts.task));
        apart_tasks.push_back(terms.tasks.back());
        named.emplace(name, terms.tasks.back());
    }
    for (const FirstObject& o : first.objects) {
        terms.objects.push_back(z3.constant(o.name.c_str(), s.sorts.object));
        apart_objects.push_back(terms.objects.back());
        named.emplace(o.name, terms.objects.back());
        terms.of_kind[o.kind].push_back(terms.objects.back());
        // it is what it is, and of no other kind
        for (const State::Kind& k : s.kinds)
            terms.facts.push_back(k.exists(terms.objects.back()) == z3.bool_val(o.kind == k.name));
        for (const char* kind : {"pid_ns", "user", "user_ns", "ipc_ns", "mnt_ns"})
            terms.facts.push_back(field_of(s, std::string(kind) + "_exists")(terms.objects.back()) ==
                                  z3.bool_val(o.kind == kind));
    }
    terms.facts.push_back(s.nulls() && z3::distinct(apart_tasks) && z3::distinct(apart_objects));
    auto value_of = [&](const std::string& value, const z3::sort& sort) {
        if (const auto name = named.find(value); name != named.end()) return name->second;
        if (sort.is_bool()) return z3.bool_val(value == "true");
        if (sort.is_int()) return z3.int_val(value.c_str());
        if (sort.is_bv()) return z3.bv_val(static_cast<int>(std::stol(value)), sort.bv_size());
        throw std::logic_error("no task or object has the name " + value);
    };
    for (const auto& [what, value] : first.facts) {
        const auto bracket = what.find('(');
        const z3::expr term = bracket == std::string::npos
                                  ? number_of(s, what)
                                  : field_of(s, what.substr(0, bracket))(
                                        named.at(what.substr(bracket + 1, what.size() - bracket - 2)));
        terms.facts.push_back(term == value_of(value, term.get_sort()));
    }
    return terms;
}

} // namespace forkproof::proofs::induction
