// A small i386 program with what a kernel's structures may have, built by the kernel's compiler while the
// test runs. It carries what the compiler itself says of offsets and sizes, for comparison.
#pragma once
#include "proofs/image/elf.hpp"
#include <string>
#include <vector>

namespace forkproof::tests {

/// The bytes of the linked program, built once for all tests; throws std::runtime_error with g++'s complaint.
const std::vector<proofs::u8>& linked_fixture();

/// "TYPE PATH" as in the fixture's table, whose words say the offset and the size of each.
struct KnownField {
    std::string type, path;
};
const std::vector<KnownField>& known_fields();

} // namespace forkproof::tests
