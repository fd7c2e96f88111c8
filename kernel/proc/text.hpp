// What a file of proc says: made anew for each read, of which only the part that is asked for is kept
// (linux-2.6.33 struct seq_file).
#pragma once
#include "kernel/lib/print.hpp"

namespace forkproof {

class ProcText {
  public:
    /// Keeps at most `size` characters from the `skip`th on.
    ProcText(char* to, u32 size, u64 skip) : to_(to), room_(size), skip_(skip) {}
    /// As print(), into the file.
    template <class... A>
    void print(Text format, const A&... a) {
        const Printable arguments[] = {Printable(a)..., Printable(0)};
        format_to([](void* self, Text piece) { static_cast<ProcText*>(self)->put(piece); }, this, format,
                  arguments, sizeof...(A));
    }
    void put(Text piece) {
        const std::size_t skipped = piece.size < skip_ ? piece.size : static_cast<std::size_t>(skip_);
        skip_ -= skipped;
        piece = piece.from(skipped).until(room_);
        memcpy(to_ + size_, piece.data, piece.size);
        size_ += static_cast<u32>(piece.size);
        room_ -= static_cast<u32>(piece.size);
    }
    /// How many characters were kept.
    [[nodiscard]] u32 size() const { return size_; }

  private:
    char* to_;
    u32 room_, size_ = 0;
    u64 skip_;
};

} // namespace forkproof
