#include "kernel/task/task.hpp"

namespace forkproof {

Task init_task;
TaskCounts task_counts;
Task* current_task;

} // namespace forkproof
