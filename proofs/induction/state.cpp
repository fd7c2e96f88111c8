#include "proofs/induction/state.hpp"
#include <stdexcept>

namespace forkproof::proofs::induction {
namespace {

enum class Answer { task, object, number, word, truth };

z3::sort sort_of(const State& s, Answer answer) {
    switch (answer) {
    case Answer::task: return s.sorts.task;
    case Answer::object: return s.sorts.object;
    case Answer::number: return s.z3->int_sort();
    case Answer::word: return s.z3->bv_sort(32);
    case Answer::truth: return s.z3->bool_sort();
    }
    throw std::logic_error("no such sort");
}

Field of_task(const State& s, const char* name, Answer answer) {
    return Field(s.z3->function(name, s.sorts.task, sort_of(s, answer)));
}
Field of_object(const State& s, const std::string& name, Answer answer) {
    return Field(s.z3->function(name.c_str(), s.sorts.object, sort_of(s, answer)));
}

} // namespace

State::State(z3::context& c, const Sorts& sorts_of)
    : z3(&c), sorts(sorts_of), first_pid_ns(c.constant("init_pid_ns", sorts.object)),
      listed(of_task(*this, "listed", Answer::truth)), leader(of_task(*this, "leader", Answer::task)),
      parent(of_task(*this, "parent", Answer::task)), list_of(of_task(*this, "list_of", Answer::task)),
      pid(of_task(*this, "pid", Answer::number)), tgid(of_task(*this, "tgid", Answer::number)),
      age(of_task(*this, "age", Answer::number)), signal(of_task(*this, "signal", Answer::object)),
      sighand(of_task(*this, "sighand", Answer::object)), mm(of_task(*this, "mm", Answer::object)),
      fs(of_task(*this, "fs", Answer::object)), user(of_task(*this, "user", Answer::object)),
      pid_ns(of_task(*this, "pid_ns", Answer::object)), nsproxy(of_task(*this, "nsproxy", Answer::object)),
      undo(of_task(*this, "undo", Answer::object)), zombie(of_task(*this, "zombie", Answer::truth)),
      exiting(of_task(*this, "exiting", Answer::truth)), kernel(of_task(*this, "kernel", Answer::truth)),
      first_in_ns(of_task(*this, "first_in_ns", Answer::truth)),
      exit_signal(of_task(*this, "exit_signal", Answer::word)),
      exit_signal_chooser(of_task(*this, "exit_signal_chooser", Answer::number)),
      rt_prio(of_task(*this, "rt_prio", Answer::truth)),
      rt_policy(of_task(*this, "rt_policy", Answer::truth)),
      reset_on_fork(of_task(*this, "reset_on_fork", Answer::truth)),
      vfork_waiter(of_task(*this, "vfork_waiter", Answer::task)),
      born_with(of_task(*this, "born_with", Answer::object)), sleeps(of_task(*this, "sleeps", Answer::truth)),
      execs(of_task(*this, "execs", Answer::truth)), caps(of_task(*this, "caps", Answer::truth)),
      root(of_task(*this, "root", Answer::truth)), entitled(of_task(*this, "entitled", Answer::truth)),
      unkillable(of_object(*this, "unkillable", Answer::truth)),
      live(of_object(*this, "live", Answer::number)), living(of_object(*this, "living", Answer::number)),
      handler_mm(of_object(*this, "handler_mm", Answer::object)),
      fs_root(of_object(*this, "fs_root", Answer::object)),
      fs_pwd(of_object(*this, "fs_pwd", Answer::object)), in_exec(of_object(*this, "in_exec", Answer::truth)),
      mnt_ns(of_object(*this, "mnt_ns", Answer::object)), ipc_ns(of_object(*this, "ipc_ns", Answer::object)),
      made_by_privilege(of_object(*this, "made_by_privilege", Answer::truth)),
      undo_ipc_ns(of_object(*this, "undo_ipc_ns", Answer::object)),
      user_ns(of_object(*this, "user_ns", Answer::object)),
      processes(of_object(*this, "processes", Answer::number)),
      tasks_of(of_object(*this, "tasks_of", Answer::number)),
      userns_trusted(of_object(*this, "userns_trusted", Answer::truth)),
      pid_ns_parent(of_object(*this, "pid_ns_parent", Answer::object)),
      reaper(Field(c.function("reaper", sorts.object, sorts.task))),
      pid_ns_exists(of_object(*this, "pid_ns_exists", Answer::truth)),
      user_exists(of_object(*this, "user_exists", Answer::truth)),
      user_ns_exists(of_object(*this, "user_ns_exists", Answer::truth)),
      ipc_ns_exists(of_object(*this, "ipc_ns_exists", Answer::truth)),
      mnt_ns_exists(of_object(*this, "mnt_ns_exists", Answer::truth)), clock(c.int_const("clock")),
      nr_threads(c.int_const("nr_threads")), tasks(c.int_const("tasks")),
      process_counts(c.int_const("process_counts")), leaders(c.int_const("leaders")) {
    auto counted = [&](const char* name, Field State::*held) {
        const std::string n = name;
        kinds.push_back({name, held, of_object(*this, n + "_exists", Answer::truth),
                         of_object(*this, n + "_count", Answer::number),
                         of_object(*this, n + "_holders", Answer::number)});
    };
    counted("signal", &State::signal), counted("sighand", &State::sighand), counted("mm", &State::mm);
    counted("fs", &State::fs), counted("nsproxy", &State::nsproxy), counted("undo", &State::undo);
}

State::Kind& State::kind(const std::string& name) {
    for (Kind& k : kinds)
        if (name == k.name) return k;
    throw std::logic_error("no such kind: " + name);
}

z3::expr State::nulls() const {
    const z3::expr& no = sorts.nobody;
    z3::expr facts = !listed(no) && leader(no) == no && parent(no) == no && list_of(no) == no &&
                     age(no) == 0 && pid(no) == 0 && tgid(no) == 0 && signal(no) == sorts.nil &&
                     pid_ns(no) == sorts.nil && reaper(sorts.nil) == no && first_pid_ns != sorts.nil &&
                     !in_exec(sorts.nil) && handler_mm(sorts.nil) == sorts.nil && !first_in_ns(no);
    for (const Kind& k : kinds) facts = facts && !k.exists(sorts.nil);
    return facts && !pid_ns_exists(sorts.nil) && !user_exists(sorts.nil) && !user_ns_exists(sorts.nil) &&
           !ipc_ns_exists(sorts.nil) && !mnt_ns_exists(sorts.nil);
}

} // namespace forkproof::proofs::induction
