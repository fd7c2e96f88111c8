#include "proofs/why/simplest.hpp"
#include "invariants/flags.hpp"

namespace forkproof::proofs::why {
namespace {

constexpr int SIGCHLD_NUMBER = 17; // linux-2.6.33 asm/signal.h

/// Adds a wish if it can come true.
bool wish(Sequence& sequence, const z3::expr& what) {
    sequence.solver().push();
    sequence.solver().add(sequence.plain(what));
    const bool can = sequence.is_possible();
    sequence.solver().pop();
    if (can) sequence.solver().add(sequence.plain(what));
    return can;
}

z3::expr has(const z3::expr& flags, std::uint32_t bit) { return (flags & flags.ctx().bv_val(bit, 32)) != 0; }

/// As few flags in all as can be.
void fewest_flags(Sequence& sequence) {
    z3::context& z3 = *sequence.run().boot().z3;
    z3::expr_vector set(z3);
    std::vector<int> weights;
    for (std::size_t i = 0; i < sequence.calls(); i++)
        for (std::uint32_t bit = CSIGNAL + 1; sequence.at(i).call && bit != 0; bit <<= 1) {
            set.push_back(has(sequence.at(i).flags, bit));
            weights.push_back(1);
        }
    for (int most = 0; most <= static_cast<int>(weights.size()); most++)
        if (wish(sequence, z3::pble(set, weights.data(), most))) return;
}

} // namespace

z3::expr open_truth(const Sequence& sequence, std::size_t call, const char* name) {
    const std::string full = std::string(name) + "#" + std::to_string(sequence.set_up() + call + 1);
    return sequence.run().boot().z3->bool_const(full.c_str());
}

void make_simplest(Sequence& sequence) {
    z3::context& z3 = *sequence.run().boot().z3;
    if (sequence.calls() != 0) fewest_flags(sequence);
    for (std::size_t i = 0; i < sequence.calls(); i++) {
        const induction::Transition& t = sequence.at(i);
        for (const z3::expr& task : sequence.run().tasks())
            if (wish(sequence, t.who == task)) break;
        for (const z3::expr& task : sequence.run().tasks())
            if (!t.call && wish(sequence, t.other == task)) break;
        for (const char* needless : {"set_uid_root", "RESET_ON_FORK", "real_time"})
            wish(sequence, !open_truth(sequence, i, needless));
        for (const char* plain : {"only_ours", "handler"}) wish(sequence, open_truth(sequence, i, plain));
        if (!t.call) continue;
        wish(sequence, (t.flags & z3.bv_val(CSIGNAL, 32)) == SIGCHLD_NUMBER);
        for (std::uint32_t bit = CSIGNAL + 1; bit != 0; bit <<= 1) wish(sequence, !has(t.flags, bit));
    }
    for (const char* limit : {"RLIMIT_NPROC", "max_threads"})
        for (int value = 1; value <= 16 && !wish(sequence, z3.int_const(limit) == value); value++) {
        }
}

} // namespace forkproof::proofs::why
