// update_curr: what the running task is charged, and how the run queue's minimum follows.
#include "proofs/machine/semantics.hpp"
#include "proofs/theorems/scheduling.hpp"

namespace forkproof::proofs {

Word charged(const ForkScene& f, const std::string& field) { return f.world.any("charged " + field, 64); }

void use_charge_contract(ForkScene& f) {
    const Place minimum = f.of(f.world.global("rq"), "min_vruntime");
    f.scene.contract("update_curr", [&f, minimum](State& s) {
        for (const char* field : charged_fields)
            s.memory.poke(f.of(f.parent, field).address, charged(f, field), s.ip);
        s.memory.poke(minimum.address, charged(f, "min_vruntime"), s.ip);
        returns_nothing(s);
    });
}

namespace {

/// high:low / d as two divisions of the processor, as one divides by hand: digits of 32 bits.
Word long_division(const Word& high, const Word& low, const Word& d) {
    const Word remainder = urem(high, d);
    return concat(udiv(high, d), extract(udiv(concat(remainder, low), zext(d, 64)), 31, 0));
}

/// What a fair task is charged for a time: NICE_0_LOAD / weight of it.
Word by_weight(const Word& ran, const Word& weight) {
    constexpr unsigned SHIFT = 10; // 2^10 is NICE_0_LOAD
    const Word high = extract(ran, 63 - SHIFT, 32 - SHIFT);
    const Word low = concat(extract(ran, 31 - SHIFT, 0), Word(SHIFT, 0));
    return long_division(high, low, weight);
}

/// update_curr of the parent, or of the idle task, with another task first in the fair queue or nobody.
class Charge {
  public:
    Charge(MachineProof& proof, bool idle, bool queued)
        : f_(proof, title(idle, queued), "sched"), idle_(idle), queued_(queued),
          me_(idle ? f_.world.global("init_task") : f_.parent), before_(sched_before(f_, me_)) {
        const Place rq = f_.world.global("rq"), head = f_.of(rq, "fair.head");
        minimum_ = f_.of(rq, "min_vruntime");
        first_ = f_.world.object("Task", "the first of the queue", "task");
        f_.world.point(f_.world.global("current_task"), me_);
        f_.world.ring(queued ? std::vector<Place>{head, f_.of(first_, "run_list")}
                             : std::vector<Place>{head});
        f_.scene.assume("every weight is at least 1", !is_zero(before_.load_weight));
    }

    void prove() {
        const Truth fair = eq(before_.sched_class, Word(8, CLASS_FAIR));
        const Truth usual = eq(before_.load_weight, word32(NICE_0_LOAD));
        for (const Path& path : f_.scene.call("update_curr", {})) {
            if (idle_)
                charged(path, {});
            else
                divide(
                    f_, path, fair,
                    [&](const Path& part) {
                        divide(
                            f_, part, usual, [&](const Path& p) { charged_fairly(p, ran(p)); },
                            [&](const Path& p) {
                                charged_fairly(p, by_weight(ran(p), before_.load_weight));
                            });
                    },
                    [&](const Path& part) { charged(part, {}); });
        }
    }

  private:
    static std::string title(bool idle, bool queued) {
        return idle     ? "update_curr of the idle task"
               : queued ? "update_curr, another task is queued"
                        : "update_curr, nobody else is queued";
    }
    [[nodiscard]] Word ran(const Path& path) const {
        const Place place = f_.of(me_, "exec_start");
        return ForkScene::now(path, place) - f_.before(place);
    }

    /// Up to now; a fair task by this much more of its vruntime.
    void charged_fairly(const Path& path, const Word& charge) {
        const Word vruntime = before_.vruntime + charge, minimum = f_.before(minimum_);
        const Word firsts = f_.before(f_.of(first_, "vruntime"));
        const Word least = queued_ ? ite(ult(firsts, vruntime), firsts, vruntime) : vruntime;
        // The queue's minimum follows whoever has run least, and never goes back.
        divide(
            f_, path, ult(minimum, least),
            [&](const Path& part) {
                charged(part, {{vruntime, least}});
            },
            [&](const Path& part) {
                charged(part, {{vruntime, minimum}});
            });
    }
    struct Fair {
        Word vruntime, minimum;
    };
    void charged(const Path& path, const std::optional<Fair>& fair) {
        Changes changes(f_, path);
        f_.scene.prove(path, "the task is charged up to now",
                       is_time_stamp(path.state, ForkScene::now(path, f_.of(me_, "exec_start"))));
        changes.anything(f_.of(me_, "exec_start"));
        if (!idle_)
            changes.is(f_.of(me_, "sum_exec_runtime"), f_.before(f_.of(me_, "sum_exec_runtime")) + ran(path));
        if (fair) changes.is(f_.of(me_, "vruntime"), fair->vruntime).is(minimum_, fair->minimum);
        changes.nothing_else();
    }

    ForkScene f_;
    bool idle_, queued_;
    Place me_;
    Sched before_;
    Place minimum_, first_;
};

} // namespace

void charged_exactly(MachineProof& proof) {
    Charge(proof, true, false).prove();
    Charge(proof, false, false).prove();
    Charge(proof, false, true).prove();
}

} // namespace forkproof::proofs
