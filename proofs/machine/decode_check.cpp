#include "proofs/machine/decode.hpp"
#include "proofs/machine/memory.hpp"
#include <fmt/format.h>
#include <map>
#include <set>

namespace forkproof::proofs {

namespace {

class DecodingCheck {
  public:
    DecodingCheck(const Decoder& decoder, std::span<const CodeRange> ranges) : decoder_(decoder) {
        for (const auto& range : ranges) ranges_.emplace(range.low, range);
        // What lies between a function and the next one is padding, or belongs to it all the same.
        for (auto range = ranges_.begin(); range != ranges_.end(); ++range)
            if (const auto after = std::next(range); after != ranges_.end())
                range->second.high = after->first;
    }

    std::vector<std::string> run() {
        for (const auto& [low, range] : ranges_) sweep(range);
        for (const auto& [low, range] : ranges_) come_to(low, low);
        while (!to_do_.empty()) {
            const auto address = to_do_.back();
            to_do_.pop_back();
            follow(decoder_.at(address));
        }
        for (const auto address : begins_) {
            const auto& i = decoder_.at(address);
            if (!reached_.contains(address) && !padding(i)) complain(address, "nothing reaches {}", text(i));
        }
        return std::move(complaints_);
    }

  private:
    template <class... Arguments>
    void complain(std::uint32_t at, fmt::format_string<Arguments...> line, Arguments&&... arguments) {
        const auto* range = range_of(at);
        complaints_.push_back(fmt::format("{:#x} in {}: {}", at, range ? range->name : "no function",
                                          fmt::format(line, std::forward<Arguments>(arguments)...)));
    }

    [[nodiscard]] const CodeRange* range_of(std::uint32_t address) const {
        auto after = ranges_.upper_bound(address);
        if (after == ranges_.begin()) return nullptr;
        const auto& range = std::prev(after)->second;
        return address < range.high ? &range : nullptr;
    }

    static bool padding(const Instruction& i) {
        return i.z.mnemonic == ZYDIS_MNEMONIC_NOP || i.z.mnemonic == ZYDIS_MNEMONIC_INT3 ||
               i.z.mnemonic == ZYDIS_MNEMONIC_UD2 ||
               text(i).starts_with("lea esi, [esi") || // the assembler's
               text(i).starts_with("xchg ax, ax");
    }

    /// All instructions from the first byte to the last.
    void sweep(const CodeRange& range) {
        auto at = range.low;
        while (at < range.high) {
            try {
                const auto& i = decoder_.at(at);
                begins_.insert(at);
                if (i.next() > range.high) complain(at, "{} runs over the end of the function", text(i));
                at = i.next();
            } catch (const CannotTell& what) {
                complain(at, "{}", what.what());
                return;
            }
        }
    }

    /// A path goes to `target`.
    void come_to(std::uint32_t target, std::uint32_t from) {
        if (!range_of(target)) {
            if (target != from) complain(from, "goes to {:#x}, which is in no function", target);
        } else if (!begins_.contains(target)) {
            complain(from, "goes to {:#x}, into the middle of an instruction", target);
        } else if (reached_.insert(target).second) {
            to_do_.push_back(target);
        }
    }

    void follow(const Instruction& i) {
        const auto category = i.z.meta.category;
        const bool jump = category == ZYDIS_CATEGORY_UNCOND_BR;
        if (i.relative()) come_to(i.relative_target(), i.address);
        if (i.operands[0].type == ZYDIS_OPERAND_TYPE_POINTER) come_to(i.operands[0].ptr.offset, i.address);
        // An address of code as a number is where somebody goes later (switch_context's resumed tasks).
        for (unsigned n = 0; n < i.explicit_operands(); n++)
            if (const auto& o = i.operands[n]; o.type == ZYDIS_OPERAND_TYPE_IMMEDIATE && !o.imm.is_relative)
                if (const auto number = static_cast<std::uint32_t>(o.imm.value.u); begins_.contains(number))
                    come_to(number, i.address);
        const bool ends = jump || category == ZYDIS_CATEGORY_RET || i.z.mnemonic == ZYDIS_MNEMONIC_UD2;
        if (ends) return;
        const auto* range = range_of(i.address);
        if (i.next() < range->high) {
            come_to(i.next(), i.address);
        } else if (category != ZYDIS_CATEGORY_CALL) {
            // The next function may be meant, as entry_irq runs on into leave_kernel.
            if (begins_.contains(i.next()))
                come_to(i.next(), i.address);
            else
                complain(i.address, "{} is the function's last, and runs over its end", text(i));
        }
    }

    const Decoder& decoder_;
    std::map<std::uint32_t, CodeRange> ranges_;
    std::set<std::uint32_t> begins_, reached_;
    std::vector<std::uint32_t> to_do_;
    std::vector<std::string> complaints_;
};

} // namespace

std::vector<std::string> check_decoding(const Decoder& decoder, std::span<const CodeRange> ranges) {
    return DecodingCheck(decoder, ranges).run();
}

} // namespace forkproof::proofs
