#include "proofs/count_models.hpp"
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
            word_ = word_ | z3::ite(bits_.back(), z3.bv_val(1U << bit, 32), z3.bv_val(0, 32));
        }
    }

    Count count(const z3::expr& condition) {
        Count answer;
        answer.models = below(replace(condition, flags_, word_), 0);
        answer.terms = static_cast<unsigned>(known_.size());
        return answer;
    }

  private:
    /// The words that satisfy `rest`, in which the first `depth` flags are no longer free.
    std::optional<unsigned> below(const z3::expr& rest, std::size_t depth) {
        if (rest.is_false()) return 0;
        if (rest.is_true()) return 1U << (bits_.size() - depth);
        if (depth == bits_.size()) return {};
        const auto key = std::pair{rest.id(), depth};
        if (const auto found = known_.find(key); found != known_.end()) return found->second;
        const auto with = below(replace(rest, bits_[depth], rest.ctx().bool_val(true)), depth + 1);
        const auto without = below(replace(rest, bits_[depth], rest.ctx().bool_val(false)), depth + 1);
        std::optional<unsigned> sum;
        if (with && without) sum = *with + *without;
        kept_.push_back(rest); // an id is only unique while its term lives
        return known_[key] = sum;
    }

    z3::expr word_;
    z3::expr flags_;
    std::vector<z3::expr> bits_;
    std::vector<z3::expr> kept_;
    std::map<std::pair<unsigned, std::size_t>, std::optional<unsigned>> known_;
};

} // namespace

Count count_models(const z3::expr& flags, std::uint32_t mask, const z3::expr& condition) {
    return Counter(flags, mask).count(condition);
}

} // namespace forkproof::proofs
