// The pools of clean pages (kernel/mm/page_table.cpp): frames that were page tables or page directories,
// linked through the frame table's link word, waiting to be one again. A frame in a pool is neither leaked
// nor live.
#pragma once
#include "proofs/world/scene.hpp"
#include <array>

namespace forkproof::proofs {

struct PoolShape {
    unsigned pages = 0; ///< in the pool, that a path may take
    bool more = false;  ///< ... and others behind them, whom nobody may touch
};

/// What a pool's page is when it is clean, and how the pool is called.
struct PoolKind {
    const char* variable;
    std::uint32_t clean_bytes; ///< from its first byte; the rest of a directory is the kernel's half
};
inline constexpr std::array<PoolKind, 2> pool_kinds = {{{"clean_tables", 4096}, {"clean_pgds", 3072}}};
inline constexpr std::uint32_t POOL_LIMIT = 16;

/// Makes `clean_tables` and `clean_pgds` part of the start state, and the kernel's own page directory.
void add_clean_pools(Scene& scene, const PoolShape& tables, const PoolShape& pgds);

/// The frames in all pools of the scene, before and after a path: so far as the scene knows them.
struct PoolFrames {
    std::set<std::uint32_t> before, after;
};
/// Proves that the pools are in order after the path: no page twice, each clean, allocated once and as a page
/// table, the size right and not above the limit. Empty if the scene has no pools.
[[nodiscard]] PoolFrames check_clean_pools(Scene& scene, const Path& path);

/// The kernel's half of a page directory, word by word, as the scene's swapper_pg_dir has it.
[[nodiscard]] Word kernel_half(const World& world, std::uint32_t offset);

} // namespace forkproof::proofs
