// What a person types to see a counterexample in Bochs: `make run` with user/clone.cpp, which makes the call
// with the counterexample's flags, and the failure that the call needs. Where no boot can bring about the
// start state there is no command.
#pragma once
#include "invariants/rules.hpp"
#include "proofs/world/fork_scene.hpp"
#include <functional>

namespace forkproof::proofs {

/// The numbers of a counterexample.
using Values = std::function<std::uint64_t(const Word&)>;

/// A call by root with these flags, under the default rules; `before` are other words for user/clone.cpp.
/// `fail` is a step, with ":ERRNO" if need be: it fails in that call.
std::string clone_command(std::uint32_t flags, const std::string& fail = "", const std::string& before = "");
/// How to see this rule refuse: by its witness (make why); "" if it has none.
std::string refusal_command(RuleId rule);
/// What the verdict is told of root's program.
inline constexpr VerdictContext root_in_boot = {.cap_sys_admin = true,
                                                .cap_setuid = true,
                                                .cap_setgid = true,
                                                .cap_sys_resource = true,
                                                .first_user = true};
/// The rule that refuses this call in a boot, or none.
RuleId refused_in_boot(std::uint32_t flags);

// Each says what shows the statements that follow about the scene. There is no command for flags that are
// refused before the first step, nor for a caller that a program cannot be.

/// The call itself: the checker looks at the state after it.
void shown_by_call(ForkScene& fork);
/// A call in which this step fails, "files" or "files:EMFILE": the kernel compares its digest from before.
void shown_by_failure(ForkScene& fork, const std::string& step);
/// Of what this step's release does: a call in which the next step fails that can.
void shown_by_release(ForkScene& fork, const std::string& step);
/// Of a path through a step's acquire: the call, or if its first allocation has failed the step's failure for
/// want of memory. That a later one fails cannot be asked for.
void shown_by_acquire(ForkScene& fork, const std::string& step, const Path& path);
/// Of the errno at its end: the same, but it is one errno whichever allocation has failed.
void shown_by_errno(ForkScene& fork, const std::string& step, const Path& path);

/// The command of a path that has ended in the middle of a step's acquire: with the step's failure for want
/// of memory, if an allocation has failed on the path; "" if that was not the first one.
std::string with_its_famine(const std::string& command, const World& world, const State& state);

/// The paths that a program in a boot can take come before the others, so that it is on one of them, if on
/// any, that something is found.
void bootable_first(ForkScene& fork, std::vector<Path>& paths);

} // namespace forkproof::proofs
