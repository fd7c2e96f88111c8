// The state that a boot ends in, as plain facts: which tasks and objects there are, and what each field of
// the model answers of them. The model starts from one that is written down here; that a booted kernel is in
// the very same is a theorem (induction/boot), which reads the kernel's memory (booted_state.hpp).
#pragma once
#include "proofs/induction/state.hpp"
#include <map>

namespace forkproof::proofs::induction {

/// Objects have names by who holds them first: "init_fs" is also what kthreadd shares with init. `kind` is
/// one of State::kinds, or "user", "user_ns", "pid_ns", "mnt_ns", "ipc_ns".
struct FirstObject {
    std::string name, kind;
    auto operator<=>(const FirstObject&) const = default;
};

struct FirstState {
    std::vector<std::string> tasks; ///< in the order of their numbers; init first
    std::vector<FirstObject> objects;
    /// "parent(init)" is "nobody", "fs_count(init_fs)" is "3", "nr_threads" is "2", "caps(init)" is "true".
    std::map<std::string, std::string> facts;

    /// field(of) is value. Values: the name of a task or an object, "nobody", "nil", a number, "true",
    /// "false".
    void say(const std::string& field, const std::string& of, const std::string& value);
    void say(const std::string& field, const std::string& of, long value);
    void say(const std::string& field, const std::string& of, bool value);
    void say(const std::string& field, const std::string& of, const char* value) {
        say(field, of, std::string(value));
    }
    [[nodiscard]] bool has_object(const std::string& name) const;
};

/// The names of all fields of the model, but for the counts of kinds of objects and the sums over all tasks.
std::vector<std::string> model_fields();
/// Every field of the task is the same in both states.
z3::expr same_task(const State& before, const State& after, const z3::expr& task);

/// What the model starts from: init and kthreadd, and idle's counts.
const FirstState& modelled_first_state();

/// The facts of a history that no kernel keeps: by definition whatever a boot makes was made by privilege.
void say_ghosts(FirstState& state);

/// One line for each fact that differs.
std::vector<std::string> differences(const FirstState& model, const FirstState& booted);

/// The tasks and objects as constants that differ, and the facts as terms over the fields of `s`.
/// Throws std::logic_error if a fact names a field that the model has not.
struct FirstTerms {
    std::vector<z3::expr> tasks, objects, facts;
    std::map<std::string, std::vector<z3::expr>> of_kind;
};
FirstTerms terms_of(const FirstState& first, const State& s);

} // namespace forkproof::proofs::induction
