#include "proofs/fingerprint.hpp"
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <z3.h>

namespace forkproof::proofs {

std::string prover_fingerprint() {
    std::ostringstream program;
    program << std::ifstream("/proc/self/exe", std::ios::binary).rdbuf();
    return hex(Fingerprint().add(program.str()).add(Z3_get_full_version()).value());
}

std::string hex(std::uint64_t number) { return fmt::format("{:016x}", number); }

} // namespace forkproof::proofs
