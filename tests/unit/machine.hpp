// A machine of one instruction: some words of code, a page of memory, and registers to be set.
#pragma once
#include "proofs/machine/semantics.hpp"
#include <gtest/gtest.h>

namespace forkproof::proofs::testing {

inline constexpr std::uint32_t CODE = 0x1000, PAGE = 0x2000, PAGE_BYTES = 0x1000;

/// Memory whose words are all 0x11223344.
class OnePage : public Backing {
  public:
    explicit OnePage(z3::context& z3) : z3_(z3) {}
    [[nodiscard]] Word initial(std::uint32_t) const override { return word32(0x11223344); }
    void check(std::uint32_t address, unsigned bytes, bool) const override {
        if (address < PAGE || address + bytes > PAGE + PAGE_BYTES) throw Violation("no memory there");
    }
    [[nodiscard]] Word any(const std::string& name, unsigned width) const override {
        return Word(z3_.bv_const(name.c_str(), width));
    }

  private:
    z3::context& z3_;
};

class Machine {
  public:
    explicit Machine(std::vector<std::uint8_t> code)
        : code_(std::move(code)), decoder([this](std::uint32_t at) {
              return at >= CODE && at < CODE + code_.size() ? code_[at - CODE] : -1;
          }),
          s(z3, Memory(std::make_shared<OnePage>(z3))) {
        s.ip = CODE;
        s.set(Reg::esp, word32(PAGE + PAGE_BYTES / 2));
    }
    void step() { execute(s, decoder.at(s.ip)); }
    [[nodiscard]] Word symbol(const char* name, unsigned width = 32) {
        return Word(z3.bv_const(name, width));
    }
    /// Whether the claim holds of all values.
    [[nodiscard]] bool valid(const Truth& claim) {
        z3::solver solver(z3);
        solver.add(!claim.expr(z3));
        return solver.check() == z3::unsat;
    }

  private:
    std::vector<std::uint8_t> code_;

  public:
    z3::context z3;
    Decoder decoder;
    State s;
};

} // namespace forkproof::proofs::testing
