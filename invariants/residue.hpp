// What a failed call may leave different: read by the contracts and the theorems, and the list that the
// digest (kernel/check/digest.cpp) leaves out. Whatever is not in this table is equal before and after.
#pragma once
#include <cstdint>

namespace forkproof {

enum class ResidueOf : std::uint8_t {
    caller,       ///< a field of the calling task
    global,       ///< a global variable, or a field of it: "rq.min_vruntime"
    pid_ns,       ///< a field of a pid namespace
    page_table,   ///< bits of the entries in the caller's page tables
    caller_fpu,   ///< the caller's FPU image
    caller_pages, ///< which pages of the caller's are present, and the tables and frames behind them
    free_memory,  ///< free frames and free objects: contents and order
    stack         ///< the kernel stack below esp
};

/// When a row holds.
enum class ResidueWhen : std::uint8_t { always, pid_reached, stopped_flag, privilege_used, settls_flag };

struct ResidueRow {
    ResidueOf of;
    const char* field;  ///< "" for all of it
    std::uint32_t bits; ///< of each word; ~0 for all
    ResidueWhen when;
    const char* reason;
};

inline constexpr std::uint32_t ALL_BITS = ~0U;

// clang-format off
inline constexpr ResidueRow allowed_residue[] = {
    {ResidueOf::free_memory, "", ALL_BITS, ResidueWhen::always, "freed memory has no meaning; live objects are equal"},
    {ResidueOf::stack, "", ALL_BITS, ResidueWhen::always, "nobody reads it"},
    {ResidueOf::global, "clean_tables", ALL_BITS, ResidueWhen::always, "empty page tables are kept for the next call"},
    {ResidueOf::global, "clean_pgds", ALL_BITS, ResidueWhen::always, "empty page directories are kept for the next call"},
    {ResidueOf::global, "next_user_ns_id", ALL_BITS, ResidueWhen::always, "identities are not used again, so that none is confused"},
    {ResidueOf::global, "next_id", ALL_BITS, ResidueWhen::always, "identities are not used again, so that none is confused"},
    {ResidueOf::global, "call_counts", ALL_BITS, ResidueWhen::always, "it counts what happened, and it did happen"},
    {ResidueOf::caller, "exec_start", ALL_BITS, ResidueWhen::always, "the failed call took time"},
    {ResidueOf::caller, "sum_exec_runtime", ALL_BITS, ResidueWhen::always, "the failed call took time"},
    {ResidueOf::caller, "vruntime", ALL_BITS, ResidueWhen::always, "the failed call took time"},
    {ResidueOf::global, "rq.min_vruntime", ALL_BITS, ResidueWhen::always, "the failed call took time"},
    {ResidueOf::pid_ns, "last_pid", ALL_BITS, ResidueWhen::pid_reached, "numbers are not used again at once, so that none is confused"},
    {ResidueOf::global, "lines_left", ALL_BITS, ResidueWhen::stopped_flag, "the line was printed (neither newuser rule decided)"},
    {ResidueOf::global, "burst_began", ALL_BITS, ResidueWhen::stopped_flag, "the line was printed (neither newuser rule decided)"},
    {ResidueOf::global, "in_burst", ALL_BITS, ResidueWhen::stopped_flag, "the line was printed (neither newuser rule decided)"},
    {ResidueOf::caller, "flags", 0x100 /* PF_SUPERPRIV */, ResidueWhen::privilege_used, "it says that privilege was used, and it was"},
    {ResidueOf::caller_fpu, "", ALL_BITS, ResidueWhen::always, "registers were written back to where they belong"},
    {ResidueOf::caller, "ti_flags", 0x4 /* TIF_SIGPENDING */, ResidueWhen::always, "it was recalculated from the same pending signals"},
    {ResidueOf::caller_pages, "", ALL_BITS, ResidueWhen::settls_flag, "reading the TLS descriptor brought its page in, as any access of the program does"},
    {ResidueOf::page_table, "", 0x62 /* write, accessed, dirty */, ResidueWhen::always, "same frames, counts and bytes: copy-on-write"},
};
// clang-format on

} // namespace forkproof
