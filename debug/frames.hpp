#pragma once
// debug/: what drives Bochs. The runner makes a private image and configuration for one run, boots it, takes
// apart what comes out of port 0xE9 (frames), and judges how the run ended (judge). It also opens Bochs's
// debugger for a person. It knows nothing of the kernel but the frames and the few lines it speaks.

#include <functional>
#include <string>
#include <string_view>

namespace forkproof::runner {

/// Takes Bochs's standard output apart. Three voices share it: the kernel and the programs, which the kernel
/// puts into frames
///     STX (0x02)  'K' or 'P'  payload  ETX (0x03)
/// and Bochs itself (and, before the kernel, the boot loader), which comes plain. In a payload the bytes STX,
/// ETX and DLE (0x10) are written as DLE, byte ^ 0x40: so no program can end its frame and speak for the
/// kernel. A frame is handed on when its ETX has come; one that never ends is Bochs's voice having cut in.
class FrameDemux {
  public:
    using Sink = std::function<void(std::string_view)>;

    FrameDemux(Sink kernel, Sink program, Sink plain)
        : kernel_(std::move(kernel)), program_(std::move(program)), plain_(std::move(plain)) {}

    /// The next bytes, however they are cut.
    void feed(std::string_view bytes);

    /// No more bytes will come: a frame that is still open is handed on as plain.
    void finish();

  private:
    enum class State { plain, kind, payload, escaped };

    void byte(char c);
    void give_up_frame();
    void flush_plain();

    Sink kernel_, program_, plain_;
    State state_ = State::plain;
    char kind_ = 0;
    std::string payload_;
    std::string outside_;
};

} // namespace forkproof::runner
