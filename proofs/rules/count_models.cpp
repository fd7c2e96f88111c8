#include "proofs/rules/count_models.hpp"
#include <map>
#include <vector>

namespace forkproof::proofs {
namespace {

z3::expr replace(z3::expr in, const z3::expr& what, const z3::expr& with) {
    z3::expr_vector from(in.ctx()), to(in.ctx());
    from.push_back(what);
    to.push_back(with);
    return in.substitute(from, to).simplify();
}

class Counter {
  public:
    Counter(const z3::expr& flags, std::uint32_t mask) : word_(flags.ctx().bv_val(0, 32)), flags_(flags) {
        z3::context& z3 = flags.ctx();
        for (unsigned bit = 0; bit < 32; bit++) {
            if (!(mask >> bit & 1)) continue;
            bits_.push_back(z3.bool_const(("bit" + std::to_string(bit)).c_str()));
            set_.push_back(flags.extract(bit, bit) == 1);
            word_ = word_ | z3::ite(bits_.back(), z3.bv_val(1U << bit, 32), z3.bv_val(0, 32));
        }
    }

    Count count(const z3::expr& condition) {
        Count answer;
        const Below all = below(replace(condition, flags_, word_), 0);
        answer.models = all.models;
        answer.decided = all.decided;
        answer.terms = static_cast<unsigned>(known_.size());
        return answer;
    }

  private:
    struct Below {
        std::optional<unsigned> models;
        z3::expr decided;
    };

    /// The words that satisfy `rest`, in which the first `depth` flags are no longer free.
    Below below(const z3::expr& rest, std::size_t depth) {
        if (rest.is_false()) return {0, rest};
        if (rest.is_true()) return {1U << (bits_.size() - depth), rest};
        if (depth == bits_.size()) return {{}, rest};
        const auto key = std::pair{rest.id(), depth};
        if (const auto found = known_.find(key); found != known_.end()) return found->second;
        const Below with = below(replace(rest, bits_[depth], rest.ctx().bool_val(true)), depth + 1);
        const Below without = below(replace(rest, bits_[depth], rest.ctx().bool_val(false)), depth + 1);
        Below both{{}, z3::ite(set_[depth], with.decided, without.decided)};
        if (with.models && without.models) both.models = *with.models + *without.models;
        kept_.push_back(rest); // an id is only unique while its term lives
        known_.emplace(key, both);
        return both;
    }

    z3::expr word_;
    z3::expr flags_;
    std::vector<z3::expr> bits_; ///< a Boolean for each flag of the mask
    std::vector<z3::expr> set_;  ///< and what it stands for
    std::vector<z3::expr> kept_;
    std::map<std::pair<unsigned, std::size_t>, Below> known_;
};

} // namespace

Count count_models(const z3::expr& flags, std::uint32_t mask, const z3::expr& condition) {
    return Counter(flags, mask).count(condition);
}

} // namespace forkproof::proofs
