// From a place in the tree back to the text of a path.
#pragma once
#include "kernel/files/path.hpp"

namespace forkproof {

/// A path that is built from its end, in a frame of its own. Without memory nothing fits.
class PathText {
  public:
    PathText() : frame_(alloc_frame(FrameUse::other)) {}
    ~PathText() {
        if (frame_ != Pfn::none) put_frame(frame_);
    }
    PathText(const PathText&) = delete;
    PathText& operator=(const PathText&) = delete;
    [[nodiscard]] bool has_memory() const { return frame_ != Pfn::none; }
    /// False: there is no room.
    [[nodiscard]] bool prepend(Text part) {
        if (!has_memory() || part.size > begin_) return false;
        begin_ -= static_cast<u32>(part.size);
        memcpy(buffer() + begin_, part.data, part.size);
        return true;
    }
    [[nodiscard]] Text text() const { return {buffer() + begin_, PAGE_SIZE - begin_}; }
    /// The whole frame, for who wants to write it from its begin.
    [[nodiscard]] char* buffer() const { return static_cast<char*>(page_of(frame_)); }

  private:
    Pfn frame_;
    u32 begin_ = PAGE_SIZE;
};

/// Goes up from a place to the root, or to the top if that does not lie on the way (linux-2.6.33 __d_path).
/// ENOENT if it has no name any more, ERANGE if the path is too long.
[[nodiscard]] Errno write_path(const Path& root, Path at, PathText& path);

} // namespace forkproof
