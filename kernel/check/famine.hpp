// A famine: for the time of one step of a fork nobody gets memory, so that the step fails by itself, with an
// errno of its own.
#pragma once
#include "kernel/lib/kinds.hpp"
#include "kernel/mm/frame.hpp"

namespace forkproof {

/// Takes every free frame and every free object, by the calls that anybody takes them by, and gives them back
/// at its end. Clean page tables are left: whoever wants one wants an object first.
class Famine {
  public:
    Famine();
    ~Famine();
    Famine(const Famine&) = delete;
    Famine& operator=(const Famine&) = delete;

  private:
    /// Written into what is held: its first word says what was taken before it.
    struct Held {
        Held* before;
    };
    Held* objects_[KIND_COUNT] = {};
    Pfn frames_ = Pfn::none;
};

} // namespace forkproof
