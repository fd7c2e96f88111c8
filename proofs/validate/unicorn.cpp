#include "proofs/validate/unicorn.hpp"
#include <algorithm>
#include <cstring>
#include <fmt/core.h>
#include <stdexcept>
#include <unicorn/unicorn.h>

namespace forkproof::proofs {

using namespace native;

namespace {

constexpr int registers[] = {UC_X86_REG_EAX, UC_X86_REG_ECX, UC_X86_REG_EDX, UC_X86_REG_EBX,
                             UC_X86_REG_ESP, UC_X86_REG_EBP, UC_X86_REG_ESI, UC_X86_REG_EDI};
constexpr std::uint8_t HLT = 0xf4;

void checked(uc_err error) {
    if (error != UC_ERR_OK)
        throw std::runtime_error(fmt::format("validate: Unicorn: {}", uc_strerror(error)));
}

} // namespace

struct Unicorn::Engine {
    uc_engine* uc = nullptr;
    Bytes code;

    explicit Engine(Bytes instruction) : code(std::move(instruction)) {
        checked(uc_open(UC_ARCH_X86, UC_MODE_32, &uc));
        checked(uc_mem_map(uc, CODE_AT, PAGE_BYTES, UC_PROT_ALL));
        checked(uc_mem_map(uc, DATA_AT, PAGE_BYTES, UC_PROT_READ | UC_PROT_WRITE));
        checked(uc_mem_write(uc, CODE_AT, code.data(), code.size()));
        checked(uc_mem_write(uc, CODE_AT + code.size(), &HLT, 1));
        checked(uc_mem_write(uc, TAKEN_AT, &HLT, 1));
    }
    ~Engine() { uc_close(uc); }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
};

Unicorn::Unicorn() = default;
Unicorn::~Unicorn() = default;

Case Unicorn::run(const Site& site, const Case& input) {
    if (!engine_ || engine_->code != site.code) engine_ = std::make_unique<Engine>(site.code);
    uc_engine* const uc = engine_->uc;
    Case after = input;
    for (int r = 0; r < 8; r++) checked(uc_reg_write(uc, registers[r], &input.registers[r]));
    checked(uc_reg_write(uc, UC_X86_REG_EFLAGS, &input.eflags));
    checked(uc_mem_write(uc, WINDOW_AT, input.window, WINDOW_BYTES));
    const uc_err error = uc_emu_start(uc, CODE_AT, CODE_AT + PAGE_BYTES, 0, 0); // until hlt
    for (int r = 0; r < 8; r++) checked(uc_reg_read(uc, registers[r], &after.registers[r]));
    checked(uc_reg_read(uc, UC_X86_REG_EFLAGS, &after.eflags));
    checked(uc_mem_read(uc, WINDOW_AT, after.window, WINDOW_BYTES));
    std::uint32_t ip = 0;
    checked(uc_reg_read(uc, UC_X86_REG_EIP, &ip));
    after.arrived = ip - TAKEN_AT <= 1 ? Arrived::at_taken : Arrived::at_next;
    after.signal = error == UC_ERR_OK ? 0 : 1;
    after.spilled = 0;
    if (error != UC_ERR_OK) engine_.reset(); // after a fault it is not to be trusted
    return after;
}

bool unicorn_may_vote(const Instruction& i) {
    for (unsigned n = 0; n < i.explicit_operands(); n++)
        if (i.operands[n].type == ZYDIS_OPERAND_TYPE_REGISTER &&
            ZydisRegisterGetClass(i.operands[n].reg.value) == ZYDIS_REGCLASS_SEGMENT)
            return false;
    return true;
}

} // namespace forkproof::proofs
