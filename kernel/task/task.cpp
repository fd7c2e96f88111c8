#include "kernel/task/task.hpp"

namespace forkproof {

Task init_task;
TaskCounts task_counts;

namespace {
Task* current_task;
}
Task* current() { return current_task; }
void set_current(Task* task) { current_task = task; }

} // namespace forkproof
