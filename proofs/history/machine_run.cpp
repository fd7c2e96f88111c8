#include "proofs/history/machine_run.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

// Anywhere, as nothing else is there.
constexpr std::uint32_t CODE = 0x00100000, WORDS = 0x00200000, STACK = 0x00300000, STACK_SIZE = 0x1000;

using Account = LadderWords::Account;
using Choice = LadderWords::Choice;

/// The accounts and the call, and a stack.
class LadderBacking : public Backing {
  public:
    LadderBacking(z3::context& z3, std::uint32_t end, std::map<std::uint32_t, Word> words)
        : z3_(z3), end_(end), words_(std::move(words)) {}

    [[nodiscard]] Word initial(std::uint32_t address) const override {
        const auto found = words_.find(address);
        return found == words_.end() ? word32(0) : found->second;
    }
    void check(std::uint32_t address, unsigned bytes, bool write) const override {
        const std::uint32_t last = address + bytes;
        if ((address >= WORDS && last <= end_) || (address >= STACK && last <= STACK + STACK_SIZE)) return;
        throw Violation(fmt::format("{} of {:#x}, where nothing is", write ? "write" : "read", address));
    }
    [[nodiscard]] Word any(const std::string& name, unsigned width) const override {
        return Word(z3_.bv_const(name.c_str(), width));
    }

  private:
    z3::context& z3_;
    std::uint32_t end_;
    std::map<std::uint32_t, Word> words_;
};

std::string name_of(Choice choice, std::size_t step) {
    return fmt::format("{} {}", choice == Choice::fails ? "fails" : "keeps", step);
}

} // namespace

LadderMachine::LadderMachine(const Ladder& ladder, z3::context& z3)
    : ladder_(ladder), z3_(z3), code_(ladder_code(ladder, CODE, WORDS)),
      decoder_([this](std::uint32_t address) { return byte(address); }), solver_(z3),
      executor_(decoder_, solver_) {}

int LadderMachine::byte(std::uint32_t address) const {
    const std::uint32_t place = address - CODE;
    return place < code_.bytes.size() ? code_.bytes[place] : -1;
}

std::vector<Path> LadderMachine::execute(const PlainLadderCall& call, bool any_failure) {
    std::map<std::uint32_t, Word> words;
    words.emplace(code_.words.flags(), word32(call.flags));
    words.emplace(code_.words.brings(), word32(call.brings));
    for (std::size_t i = 0; i < ladder_.steps.size(); i++) {
        auto choose = [&](Choice which, bool value, bool free) {
            const z3::expr term = z3_.bool_const(name_of(which, i).c_str());
            words.emplace(code_.words.choice(which, i), from_truth(free ? Truth(term) : Truth(value), 32));
        };
        const bool can_fail = step_can_fail(ladder_, call, i), must_fail = step_must_fail(ladder_, call, i);
        choose(Choice::fails, must_fail || (can_fail && call.fails[i]),
               any_failure && can_fail && !must_fail);
        choose(Choice::keeps, call.keeps[i], any_failure && ladder_.steps[i].keeps);
        choose(Choice::unlucky, call.unlucky[i], false);
    }
    State start(z3_, Memory(std::make_shared<LadderBacking>(z3_, code_.words.end(), std::move(words))));
    start.set(Reg::esp, word32(STACK + STACK_SIZE));
    start.flags.set(Flag::df, false);
    std::vector<Path> paths = executor_.call(std::move(start), CODE, {});
    for (const Path& path : paths)
        if (path.ending == Ending::violation) throw Violation(path.why);
    return paths;
}

LadderRun LadderMachine::read(const Path& path) const {
    auto known = [](const Word& word) {
        if (!word.known()) throw CannotTell("the ladder's code leaves a word unknown");
        return static_cast<std::uint32_t>(word.value());
    };
    auto account = [&](Account which, std::size_t r) {
        return static_cast<int>(known(path.state.memory.peek(code_.words.account(which, r), 4)));
    };
    LadderRun run;
    const std::uint32_t failed = known(path.state.get(Reg::eax));
    if (failed == 0) return run;
    run.failed = ladder_.steps.at(failed - 1).name;
    for (std::size_t r = 0; r < ladder_.resources.size(); r++) {
        const PlainLeft left{account(Account::held, r), account(Account::dropped, r),
                             account(Account::wild, r) != 0};
        if (left != PlainLeft()) run.left[ladder_.resources[r].name] = left;
    }
    return run;
}

LadderRun LadderMachine::run(const PlainLadderCall& call) {
    const std::vector<Path> paths = execute(call, false);
    if (paths.size() != 1) throw CannotTell("the ladder's code takes several paths though all is known");
    return read(paths.front());
}

std::vector<LadderMachine::Followed> LadderMachine::follow(const PlainLadderCall& call) {
    std::vector<Followed> all;
    for (const Path& path : execute(call, true)) {
        Followed one{call, read(path)};
        if (!solver_.satisfiable(path.state.conditions())) throw CannotTell("a path that nothing satisfies");
        const z3::model model = solver_.model();
        auto chosen = [&](Choice which, std::size_t i) {
            return model.eval(z3_.bool_const(name_of(which, i).c_str()), true).is_true();
        };
        for (std::size_t i = 0; i < ladder_.steps.size(); i++) {
            if (step_can_fail(ladder_, call, i)) one.call.fails[i] = chosen(Choice::fails, i);
            if (ladder_.steps[i].keeps) one.call.keeps[i] = chosen(Choice::keeps, i);
        }
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace forkproof::proofs
