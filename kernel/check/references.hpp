// Who points to whom: one enumeration of every counted pointer, which the tallies, the search for dangling
// pointers and the digest share.
#pragma once
#include "kernel/lib/kinds.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

/// A visitor of references: `object` is held once more, by `holder` in the field `field`.
struct ReferenceVisitor {
    virtual void visit(Kind kind, const void* object, const char* field) = 0;

  protected:
    ~ReferenceVisitor() = default;
};

/// What a task holds a count on. `published` is false for the half-made child of a clone under way: it is no
/// member of a thread group yet.
void for_each_reference_of_task(const Task& task, bool published, ReferenceVisitor& visitor);
/// What an object of this kind holds a count on.
void for_each_reference_of(Kind kind, const void* object, ReferenceVisitor& visitor);
/// What the kernel itself holds.
void for_each_root_reference(ReferenceVisitor& visitor);

/// The count that an object keeps; false if its kind has none (one owner).
[[nodiscard]] bool count_of(Kind kind, const void* object, u32& count);

} // namespace forkproof
