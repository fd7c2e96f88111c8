#include "proofs/machine/flow.hpp"
#include "proofs/machine/memory.hpp"
#include <algorithm>

namespace forkproof::proofs {

std::vector<std::uint32_t> successors(const Instruction& i) {
    switch (i.z.meta.category) {
    case ZYDIS_CATEGORY_RET: return {};
    case ZYDIS_CATEGORY_UNCOND_BR:
        return i.relative() ? std::vector{i.relative_target()} : std::vector<std::uint32_t>{};
    case ZYDIS_CATEGORY_COND_BR: return {i.relative_target(), i.next()};
    default: return {i.next()};
    }
}

Flow flow_of(const Decoder& decoder, std::uint32_t function) {
    Flow flow;
    std::map<std::uint32_t, unsigned> arrivals;
    std::vector<std::uint32_t> finished; // in postorder
    struct Open {
        std::uint32_t at;
        std::vector<std::uint32_t> next;
    };
    std::vector<Open> stack;
    std::set<std::uint32_t> seen;
    auto visit = [&](std::uint32_t at) {
        arrivals[at]++;
        if (!seen.insert(at).second) return;
        try {
            stack.push_back({at, successors(decoder.at(at))});
        } catch (const CannotTell&) {
            finished.push_back(at); // no code: whoever executes it will say so
        }
    };
    visit(function);
    while (!stack.empty()) {
        if (stack.back().next.empty()) {
            finished.push_back(stack.back().at);
            stack.pop_back();
            continue;
        }
        const std::uint32_t next = stack.back().next.back();
        stack.back().next.pop_back();
        visit(next);
    }
    std::reverse(finished.begin(), finished.end());
    for (unsigned i = 0; i < finished.size(); i++) flow.order[finished[i]] = i;
    for (const auto& [at, times] : arrivals)
        if (times > 1) flow.joins.insert(at);
    return flow;
}

} // namespace forkproof::proofs
