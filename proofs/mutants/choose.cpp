#include "proofs/mutants/choose.hpp"
#include "proofs/fingerprint.hpp"
#include <algorithm>
#include <tuple>

namespace forkproof::proofs::mutants {
namespace {

std::uint64_t lot(const Mutation& m) { return Fingerprint().add(m.name).value(); }

/// What a person could have got wrong in the source; a wrong register or displacement mostly leads nowhere.
bool telling(const Mutation& m) {
    return !m.kind.starts_with("register") && !m.kind.starts_with("displacement");
}

bool before(const Mutation& a, const Mutation& b) {
    return std::tuple(!telling(a), lot(a), a.name) < std::tuple(!telling(b), lot(b), b.name);
}

bool by_address(const Mutation& a, const Mutation& b) {
    return std::pair(a.address, a.name) < std::pair(b.address, b.name);
}

} // namespace

std::vector<Mutation> choose(const std::vector<CoveredInstruction>& code, const Baseline& baseline,
                             std::size_t count, const std::set<std::string>& wanted) {
    const Image& image = *baseline.setting.image;
    std::vector<Mutation> chosen = mutations_of_step_table(image, *baseline.setting.layouts);
    std::vector<Mutation> firsts, more;
    for (const CoveredInstruction& covered : code) {
        if (covered.theorems.empty()) continue;
        std::vector<Mutation> all = mutations_of(covered.instruction, image);
        if (all.empty()) continue;
        std::sort(all.begin(), all.end(), before);
        for (const Mutation& mutation : all)
            if (wanted.contains(mutation.name)) chosen.push_back(mutation);
        std::erase_if(all, [&](const Mutation& mutation) { return wanted.contains(mutation.name); });
        if (all.empty()) continue;
        firsts.push_back(std::move(all.front()));
        more.insert(more.end(), std::make_move_iterator(all.begin() + 1), std::make_move_iterator(all.end()));
    }
    std::sort(more.begin(), more.end(), before);
    for (const std::vector<Mutation>& from : {firsts, more}) {
        const std::size_t room = count > chosen.size() ? count - chosen.size() : 0;
        const std::vector<Mutation> some = sample(from, room);
        chosen.insert(chosen.end(), some.begin(), some.end());
    }
    std::sort(chosen.begin(), chosen.end(), by_address);
    return chosen;
}

} // namespace forkproof::proofs::mutants
