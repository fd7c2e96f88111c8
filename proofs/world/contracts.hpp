// Contracts that several theorems use: what stands for the allocator, the frame table and a panic while other
// code is proved. That the real functions keep to them is proved in theorems/allocator.cpp.
#pragma once
#include "proofs/world/scene.hpp"

namespace forkproof::proofs {

/// kmem_alloc, kmem_free, alloc_frame, put_frame. Each allocation fails or not as it likes, under a name that
/// says what was asked for and by whom. What is allocated has any content; what is freed is gone: touching
/// it, freeing it twice or as another kind is a violation.
void use_allocator_contracts(Scene& scene);
/// alloc_frame and put_frame alone: for the object caches that stand on them.
void use_frame_contracts(Scene& scene);
/// From here on no allocation of the scene fails.
void no_allocation_fails(Scene& scene);
/// From here on at most one allocation of the scene fails.
void one_allocation_fails(Scene& scene);
/// One of them has failed on the way to this state; of an object of this kind ("frame") if one is named.
[[nodiscard]] bool an_allocation_failed(const State& state, const std::string& kind = "");

/// Makes the frame table part of the start state: `frames`, `frame_limit`.
void add_frame_table(Scene& scene);
/// A page of the start state with its entry in the frame table; its frame number.
std::uint32_t add_frame(Scene& scene, const std::string& name);
/// The entry of a frame in the frame table: a Frame.
[[nodiscard]] Place frame_entry(const World& world, std::uint32_t pfn);
[[nodiscard]] std::uint32_t page_address(std::uint32_t pfn);
[[nodiscard]] std::uint32_t frame_number(std::uint32_t page_address);

/// A panic is a violation, in its own words.
void panics_are_violations(Scene& scene);

/// The name of a kind of object by its number; a Violation if the kernel has no such kind.
[[nodiscard]] std::string kind_name(std::uint64_t number);
/// The C++ type of a kind of object; throws CannotTell for a kind that is not known.
[[nodiscard]] std::string type_of_kind(const std::string& kind);
/// Throws unless the image's table of kinds has the sizes of these types.
void check_kinds(MachineProof& proof);

} // namespace forkproof::proofs
