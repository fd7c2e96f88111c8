// invariants/ holds what must be true, each fact once: the ABI's constants, the rules of clone(), the sharing
// table, the invariants of the task system, and what a failed call may leave behind. Headers only; they
// include nothing of the other folders, so that the kernel, the prover and the tests read the same text.
#pragma once
#include "host_sched.hpp"
#include <cstdint>

namespace forkproof {

/// The flag word of clone(), as linux/sched.h of 2.6.33 spells it. The low byte is the exit signal.
enum CloneFlag : std::uint32_t {
    CSIGNAL = 0x000000ff,
    CLONE_VM = 0x00000100,
    CLONE_FS = 0x00000200,
    CLONE_FILES = 0x00000400,
    CLONE_SIGHAND = 0x00000800,
    CLONE_PTRACE = 0x00002000,
    CLONE_VFORK = 0x00004000,
    CLONE_PARENT = 0x00008000,
    CLONE_THREAD = 0x00010000,
    CLONE_NEWNS = 0x00020000,
    CLONE_SYSVSEM = 0x00040000,
    CLONE_SETTLS = 0x00080000,
    CLONE_PARENT_SETTID = 0x00100000,
    CLONE_CHILD_CLEARTID = 0x00200000,
    CLONE_DETACHED = 0x00400000,
    CLONE_UNTRACED = 0x00800000,
    CLONE_CHILD_SETTID = 0x01000000,
    CLONE_STOPPED = 0x02000000,
    CLONE_NEWUTS = 0x04000000,
    CLONE_NEWIPC = 0x08000000,
    CLONE_NEWUSER = 0x10000000,
    CLONE_NEWPID = 0x20000000,
    CLONE_NEWNET = 0x40000000,
    CLONE_IO = 0x80000000,
};

struct FlagName {
    std::uint32_t bit;
    const char* name; ///< without the CLONE_ prefix, as people say it
};

/// Every flag with its name, in the order of the bits: 23 known flags (bit 12 is unknown to 2.6.33).
inline constexpr FlagName flag_names[] = {
    {CLONE_VM, "VM"},
    {CLONE_FS, "FS"},
    {CLONE_FILES, "FILES"},
    {CLONE_SIGHAND, "SIGHAND"},
    {CLONE_PTRACE, "PTRACE"},
    {CLONE_VFORK, "VFORK"},
    {CLONE_PARENT, "PARENT"},
    {CLONE_THREAD, "THREAD"},
    {CLONE_NEWNS, "NEWNS"},
    {CLONE_SYSVSEM, "SYSVSEM"},
    {CLONE_SETTLS, "SETTLS"},
    {CLONE_PARENT_SETTID, "PARENT_SETTID"},
    {CLONE_CHILD_CLEARTID, "CHILD_CLEARTID"},
    {CLONE_DETACHED, "DETACHED"},
    {CLONE_UNTRACED, "UNTRACED"},
    {CLONE_CHILD_SETTID, "CHILD_SETTID"},
    {CLONE_STOPPED, "STOPPED"},
    {CLONE_NEWUTS, "NEWUTS"},
    {CLONE_NEWIPC, "NEWIPC"},
    {CLONE_NEWUSER, "NEWUSER"},
    {CLONE_NEWPID, "NEWPID"},
    {CLONE_NEWNET, "NEWNET"},
    {CLONE_IO, "IO"},
};

/// The namespaces that need CAP_SYS_ADMIN and a new nsproxy (linux-2.6.33 copy_namespaces).
inline constexpr std::uint32_t NSPROXY_FLAGS =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET;

} // namespace forkproof
