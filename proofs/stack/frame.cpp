#include "proofs/stack/frame.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace forkproof::proofs::stack {

namespace {

using Effect = Move::Effect;
using Next = Move::Next;

constexpr int WORD = 4;

/// What is known of esp and ebp before an instruction.
struct Place {
    enum class Ebp { as_at_entry, frame, unknown };
    int depth = 0;
    Ebp ebp = Ebp::as_at_entry;
    int frame = 0;  ///< depth that ebp points to, if it is a frame
    int saved = -1; ///< depth at which the entry's ebp lies; -1: nowhere
    bool operator==(const Place&) const = default;
};

class Walk {
  public:
    Walk(const Reader& reader, Address entry, unsigned pushed, const Surroundings& around)
        : pushed_(static_cast<int>(pushed)), reader_(reader), code_(reader.code()), around_(around) {
        frame_.entry = entry;
    }

    Frame run() {
        Place first;
        set_depth(frame_.entry, first, pushed_);
        reach(frame_.entry, first, frame_.entry);
        while (!pending_.empty()) {
            const Address at = *pending_.begin();
            pending_.erase(pending_.begin());
            step(reader_.at(at), places_.at(at));
        }
        for (auto& [at, site] : calls_) frame_.calls.push_back(std::move(site));
        frame_.interrupts_enabled_at.assign(enabled_.begin(), enabled_.end());
        return std::move(frame_);
    }

  private:
    [[noreturn]] void stop(Address at, const std::string& what) const {
        throw Stopped(fmt::format("{}: {}, so no bound on the stack follows: look at the code there",
                                  code_.where(at), what));
    }

    void reach(Address at, const Place& place, Address from) {
        const auto [found, is_new] = places_.try_emplace(at, place);
        Place& known = found->second;
        if (is_new) {
            pending_.insert(at);
            return;
        }
        if (known.depth != place.depth)
            stop(at, fmt::format("esp is {} bytes below the entry's on one path and {} on another, from {}",
                                 known.depth, place.depth, code_.where(from)));
        Place joined = known;
        if (known.ebp != place.ebp || known.frame != place.frame)
            joined.ebp = Place::Ebp::unknown, joined.frame = 0;
        if (known.saved != place.saved) joined.saved = -1;
        if (joined == known) return;
        known = joined;
        pending_.insert(at);
    }

    void set_depth(Address at, Place& p, int depth) {
        if (depth < 0) stop(at, "esp rises above where it was at entry");
        p.depth = depth;
        frame_.deepest = std::max(frame_.deepest, static_cast<unsigned>(depth));
    }

    void restore_ebp(Place& p, int slot) {
        p.ebp = slot == p.saved ? Place::Ebp::as_at_entry : Place::Ebp::unknown;
        p.frame = 0;
    }

    void apply(const Move& i, Place& p) {
        switch (i.effect) {
        case Effect::none: break;
        case Effect::push: set_depth(i.at, p, p.depth + i.amount); break;
        case Effect::pop: set_depth(i.at, p, p.depth - i.amount); break;
        case Effect::push_ebp:
            set_depth(i.at, p, p.depth + WORD);
            if (p.ebp == Place::Ebp::as_at_entry) p.saved = p.depth;
            break;
        case Effect::pop_ebp:
            restore_ebp(p, p.depth);
            set_depth(i.at, p, p.depth - WORD);
            break;
        case Effect::set_ebp: p.ebp = Place::Ebp::frame, p.frame = p.depth; break;
        case Effect::spoil_ebp: p.ebp = Place::Ebp::unknown, p.frame = 0; break;
        case Effect::leave: {
            need_frame(i.at, p);
            const int slot = p.frame;
            restore_ebp(p, slot);
            set_depth(i.at, p, slot - WORD);
            break;
        }
        case Effect::esp_from_ebp:
            need_frame(i.at, p);
            set_depth(i.at, p, p.frame - i.amount);
            break;
        case Effect::align: // how far down it goes depends on the caller's esp: at most this
            if (i.amount >= 0) stop(i.at, "esp is masked with a positive number");
            set_depth(i.at, p, p.depth - i.amount - 1);
            break;
        case Effect::load_esp: break;
        }
    }

    void need_frame(Address at, const Place& p) const {
        if (p.ebp != Place::Ebp::frame)
            stop(at, "esp is taken from an ebp that is no frame of this function");
    }

    /// Below what an entry function pushes, esp must not rise above what saved ebp; a slot that is gone holds
    /// nothing.
    void forget_popped(Place& p) {
        if (p.saved > p.depth) p.saved = -1;
    }

    void step(const Move& i, Place place) {
        if (enables_interrupts(reader_.decode(i.at))) enabled_.insert(i.at);
        apply(i, place);
        forget_popped(place);
        if (i.effect == Effect::load_esp && !around_.keeps_depth(i)) return;
        switch (i.next) {
        case Next::follows: reach(i.end(), place, i.at); break;
        case Next::branch: branch(i, place); break;
        case Next::jump: jump(i, place); break;
        case Next::call: call(i, place); break;
        case Next::ret: leave(i, place); break;
        case Next::iret:
            if (place.depth != int{RING_CHANGE})
                stop(i.at, fmt::format("an iret with {} bytes on the stack", place.depth));
            break;
        case Next::ends: break;
        }
    }

    void branch(const Move& i, const Place& place) {
        reach(i.end(), place, i.at);
        go(i, *i.target, place);
    }

    void jump(const Move& i, const Place& place) {
        if (i.target) {
            go(i, *i.target, place);
        } else if (const auto resumed = around_.resumes(i)) {
            reach(*resumed, place, i.at);
        } else {
            tail(i, around_.targets(i), place);
        }
    }

    /// To a function, with esp as at entry, it is a call that returns to the caller; else it is within.
    void go(const Move& i, Address to, const Place& place) {
        if (place.depth == 0 && to != frame_.entry && code_.is_entry(to))
            tail(i, {to}, place);
        else
            reach(to, place, i.at);
    }

    void tail(const Move& i, const std::vector<Address>& targets, const Place& place) {
        if (place.depth != 0) stop(i.at, "an indirect jump with esp not as at entry");
        calls_.insert_or_assign(i.at, CallSite{i.at, 0, targets});
        for (const Address t : targets) {
            const Ending e = around_.ending(t);
            if (e.returns) end(i.at, place, e.pops);
        }
    }

    void call(const Move& i, const Place& place) {
        const std::vector<Address> targets = i.target ? std::vector{*i.target} : around_.targets(i);
        const auto depth = static_cast<unsigned>(place.depth + WORD);
        frame_.deepest = std::max(frame_.deepest, depth);
        calls_.insert_or_assign(i.at, CallSite{i.at, depth, targets});
        std::optional<int> pops;
        for (const Address t : targets) {
            const Ending e = around_.ending(t);
            if (!e.returns) continue;
            if (pops && *pops != e.pops)
                stop(i.at, "what it may call takes different numbers of arguments off the stack");
            pops = e.pops;
        }
        if (!pops) return; // nothing of what it calls is known to return
        Place after = place;
        set_depth(i.at, after, place.depth - *pops);
        reach(i.end(), after, i.at);
    }

    void leave(const Move& i, const Place& place) {
        if (place.depth != 0)
            stop(i.at, fmt::format("a return with esp {} bytes below the entry's", place.depth));
        end(i.at, place, i.amount);
    }

    void end(Address at, const Place& place, int pops) {
        if (place.ebp != Place::Ebp::as_at_entry) stop(at, "a return with another ebp than at entry");
        if (frame_.ending.returns && frame_.ending.pops != pops)
            stop(at, "returns that take different numbers of arguments off the stack");
        frame_.ending = {true, pops};
    }

    int pushed_;
    const Reader& reader_;
    const Code& code_;
    const Surroundings& around_;
    Frame frame_;
    std::map<Address, Place> places_;
    std::set<Address> pending_, enabled_;
    std::map<Address, CallSite> calls_;
};

} // namespace

Frame walk(const Reader& reader, Address entry, unsigned pushed, const Surroundings& around) {
    return Walk(reader, entry, pushed, around).run();
}

} // namespace forkproof::proofs::stack
