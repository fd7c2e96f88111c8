// The leaks that provoke=leaks plants: kernel/check/leak_rows.cpp.
#pragma once
#include "kernel/check/digest.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

/// Something of one field. A count is raised and lowered again; anything else comes (`planted`) and goes.
struct LeakRow {
    const char* name;
    DigestPart part; ///< which notices; `parts`: none, as it is residue
    u32& (*count)(Task& child, Task& caller);
    void (*change)(Task& child, Task& caller, bool planted);
};

struct LeakRows {
    const LeakRow* row;
    u32 count;
};
[[nodiscard]] LeakRows leak_rows();

} // namespace forkproof
