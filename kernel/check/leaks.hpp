// Whether the digest notices what a failed call may leave behind (provoke=leaks): one field after the other
// is changed as a forgotten release would leave it, and put back; and what invariants/residue.hpp allows must
// not be noticed.
#pragma once
#include "kernel/task/task.hpp"

namespace forkproof {

/// Plants them all in the caller of a clone, which has a child: a line each, with the part of the digest that
/// noticed. One that goes unnoticed is a violation.
void try_all_leaks(Task& child, Task& caller);

} // namespace forkproof
