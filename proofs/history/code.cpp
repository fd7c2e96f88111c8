#include "proofs/history/code.hpp"
#include "proofs/history/assembler.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {
namespace {

using Jump = Assembler::Jump;
using Account = LadderWords::Account;
using Choice = LadderWords::Choice;

class Writer {
  public:
    Writer(const Ladder& ladder, std::uint32_t base, std::uint32_t words) : ladder_(ladder), asm_(base) {
        code_.base = base;
        code_.words = {words, ladder.steps.size(), ladder.resources.size()};
    }

    LadderCode whole() {
        main();
        for (std::size_t i = 0; i < ladder_.steps.size(); i++) step(i);
        for (std::size_t i = 0; i < ladder_.releases.size(); i++) release(i);
        code_.bytes = asm_.finished();
        return code_;
    }

  private:
    static std::string step_name(std::size_t i) { return fmt::format("step {}", i); }
    static std::string release_name(std::size_t i) { return fmt::format("release {}", i); }
    std::string fresh_label() { return fmt::format("{}", labels_++); }
    [[nodiscard]] std::uint32_t account(Account which, const std::string& resource) const {
        return code_.words.account(which, ladder_.resource(resource));
    }

    void main() {
        asm_.push_ebx();
        for (std::size_t i = 0; i < ladder_.steps.size(); i++) {
            asm_.call(step_name(i));
            asm_.mov_ebx_eax();
            if (ladder_.steps[i].label.empty()) continue;
            asm_.test_eax_eax();
            asm_.jump_if(Jump::not_equal, "label " + ladder_.steps[i].label);
        }
        asm_.jump("out");
        for (std::size_t i = 0; i < ladder_.releases.size(); i++) {
            if (!ladder_.releases[i].label.empty()) asm_.label("label " + ladder_.releases[i].label);
            asm_.call(release_name(i));
        }
        asm_.label("out");
        asm_.mov_eax_ebx();
        asm_.pop_ebx();
        asm_.ret();
    }

    void step(std::size_t i) {
        const Ladder::Step& s = ladder_.steps[i];
        const std::string failed = fresh_label(), take = fresh_label();
        asm_.label(step_name(i));
        code_.steps.push_back(asm_.here());
        for (const Ladder::Clear& clear : ladder_.clears)
            if (clear.step == s.name)
                asm_.mov(account(Account::pointer, clear.resource), LadderWords::IS_NULL);
        if (!s.label.empty()) {
            asm_.cmp(code_.words.choice(Choice::fails, i), 0);
            asm_.jump_if(Jump::equal, take);
            if (s.keeps) asm_.cmp(code_.words.choice(Choice::keeps, i), 0);
            // where nothing is kept the flags still say that it fails
            asm_.jump_if(s.keeps ? Jump::equal : Jump::not_equal, failed);
        }
        asm_.label(take);
        if (s.name == ladder_.copying_step) copy_pointers();
        for (const Ladder::Take& t : ladder_.takes)
            if (t.step == s.name) take_one(i, t);
        if (!s.label.empty()) {
            asm_.cmp(code_.words.choice(Choice::fails, i), 0);
            asm_.jump_if(Jump::not_equal, failed);
        }
        asm_.mov_eax(0);
        asm_.ret();
        asm_.label(failed);
        if (s.label.empty()) return;
        asm_.mov_eax(static_cast<std::uint32_t>(i) + 1);
        asm_.ret();
    }

    void copy_pointers() {
        for (const Ladder::Resource& r : ladder_.resources) {
            if (r.copied.count == 0) continue;
            const std::string not_copied = fresh_label();
            unless(r.copied, not_copied);
            asm_.mov(account(Account::pointer, r.name), LadderWords::IS_THE_PARENTS);
            asm_.label(not_copied);
        }
    }

    void take_one(std::size_t step, const Ladder::Take& t) {
        const std::string not_taken = fresh_label();
        unless(t.when, not_taken);
        if (t.luck) {
            asm_.cmp(code_.words.choice(Choice::unlucky, step), 0);
            asm_.jump_if(Jump::not_equal, not_taken);
        }
        asm_.add(account(Account::held, t.resource), static_cast<std::uint32_t>(t.count));
        asm_.mov(account(Account::pointer, t.resource), LadderWords::IS_ITS_OWN);
        asm_.label(not_taken);
    }

    void release(std::size_t i) {
        const Ladder::Release& row = ladder_.releases[i];
        const std::string done = fresh_label(), not_own = fresh_label(), wild = fresh_label();
        const auto count = static_cast<std::uint32_t>(row.count);
        asm_.label(release_name(i));
        code_.releases.push_back(asm_.here());
        if (row.call.empty()) return asm_.ret();
        const std::uint32_t held = account(Account::held, row.resource);
        const std::uint32_t pointer = account(Account::pointer, row.resource);
        unless(row.when, done);
        if (row.guard != LadderGuard::none) {
            asm_.cmp(row.guard == LadderGuard::pointer ? pointer : held, 0);
            asm_.jump_if(Jump::equal, done);
        }
        asm_.cmp(held, count);
        asm_.jump_if(Jump::below, not_own);
        asm_.sub(held, count);
        asm_.jump_if(Jump::not_equal, done);
        asm_.mov(pointer, LadderWords::IS_NULL);
        asm_.ret();
        asm_.label(not_own);
        asm_.cmp(pointer, LadderWords::IS_THE_PARENTS);
        asm_.jump_if(Jump::not_equal, wild);
        asm_.add(account(Account::dropped, row.resource), count);
        asm_.ret();
        asm_.label(wild);
        asm_.mov(account(Account::wild, row.resource), 1);
        asm_.label(done);
        asm_.ret();
    }

    /// Jumps there unless the condition holds.
    void unless(const LadderWhen& when, const std::string& to) {
        if (when.any_flag != 0) {
            asm_.test(code_.words.flags(), when.any_flag);
            asm_.jump_if(Jump::equal, to);
        }
        if (when.no_flag != 0) {
            asm_.test(code_.words.flags(), when.no_flag);
            asm_.jump_if(Jump::not_equal, to);
        }
        if (when.has != 0) {
            asm_.load_eax(code_.words.brings());
            asm_.and_eax(when.has);
            asm_.cmp_eax(when.has);
            asm_.jump_if(Jump::not_equal, to);
        }
        if (when.lacks != 0) {
            asm_.test(code_.words.brings(), when.lacks);
            asm_.jump_if(Jump::not_equal, to);
        }
    }
    void unless(const LadderEither& either, const std::string& to) {
        if (either.count == 1) return unless(either.when[0], to);
        const std::string second = fresh_label(), holds = fresh_label();
        unless(either.when[0], second);
        asm_.jump(holds);
        asm_.label(second);
        unless(either.when[1], to);
        asm_.label(holds);
    }

    const Ladder& ladder_;
    Assembler asm_;
    LadderCode code_;
    unsigned labels_ = 0;
};

constexpr std::uint32_t WORD = 4;
constexpr std::uint32_t BEFORE_CHOICES = 2, CHOICES = 3, ACCOUNTS = 4;

} // namespace

std::uint32_t LadderWords::choice(Choice which, std::size_t step) const {
    return base + WORD * (BEFORE_CHOICES + CHOICES * static_cast<std::uint32_t>(step) +
                          static_cast<std::uint32_t>(which));
}

std::uint32_t LadderWords::account(Account which, std::size_t resource) const {
    return choice(Choice::fails, steps) +
           WORD * (ACCOUNTS * static_cast<std::uint32_t>(resource) + static_cast<std::uint32_t>(which));
}

LadderCode ladder_code(const Ladder& ladder, std::uint32_t base, std::uint32_t words) {
    return Writer(ladder, base, words).whole();
}

} // namespace forkproof::proofs
