#include "debug/frames.hpp"

namespace forkproof::runner {
namespace {

constexpr char stx = 0x02;
constexpr char etx = 0x03;
constexpr char dle = 0x10;
constexpr char escape_flip = 0x40;

} // namespace

void FrameDemux::feed(std::string_view bytes) {
    for (char c : bytes) byte(c);
    flush_plain();
}

void FrameDemux::finish() {
    give_up_frame();
    flush_plain();
}

void FrameDemux::byte(char c) {
    if (c == stx) { // never inside a frame: whatever was open has been cut off
        give_up_frame();
        state_ = State::kind;
        return;
    }
    switch (state_) {
    case State::plain: outside_ += c; return;
    case State::kind:
        kind_ = c;
        state_ = State::payload;
        if (c != 'K' && c != 'P') give_up_frame();
        return;
    case State::payload:
        if (c == dle)
            state_ = State::escaped;
        else if (c != etx)
            payload_ += c;
        else {
            flush_plain();
            (kind_ == 'K' ? kernel_ : program_)(payload_);
            payload_.clear();
            state_ = State::plain;
        }
        return;
    case State::escaped:
        payload_ += static_cast<char>(c ^ escape_flip);
        state_ = State::payload;
        return;
    }
}

void FrameDemux::give_up_frame() {
    outside_ += payload_;
    payload_.clear();
    state_ = State::plain;
}

void FrameDemux::flush_plain() {
    if (outside_.empty()) return;
    plain_(outside_);
    outside_.clear();
}

} // namespace forkproof::runner
