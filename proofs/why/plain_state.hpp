// The tasks of a state in a model, in plain words: a row a task, a column what matters of it.
#pragma once
#include "proofs/why/search.hpp"
#include <map>

namespace forkproof::proofs::why {

/// The columns, in the order in which they are shown.
const std::vector<std::string>& columns();

struct PlainTask {
    std::string name;
    std::map<std::string, std::string> is; ///< by column: "init", "mm2", "3", "yes"; "-" for nothing
};
struct PlainState {
    std::vector<PlainTask> tasks; ///< those that exist, in the order in which they were made
    [[nodiscard]] const PlainTask* find(const std::string& name) const;
};

/// Reads one model: tasks have names, and objects get one when they are met first.
class Reader {
  public:
    Reader(const Sequence& sequence, const z3::model& model);

    [[nodiscard]] PlainState read(const induction::State& state);
    /// "init", "kthreadd", "user", "a"...; "-" for nobody.
    [[nodiscard]] std::string task_name(const z3::expr& task) const;
    [[nodiscard]] bool is_true(const z3::expr& term) const;
    [[nodiscard]] unsigned number(const z3::expr& term) const;

  private:
    std::string object_name(const std::string& kind, const z3::expr& object);
    [[nodiscard]] z3::expr value(const z3::expr& term) const;

    const Sequence* sequence_;
    z3::model model_;
    std::map<unsigned, std::string> tasks_;
    std::map<std::string, std::map<unsigned, std::string>> objects_;
};

} // namespace forkproof::proofs::why
