#include "kernel/check/famine.hpp"
#include "kernel/mm/cache.hpp"

namespace forkproof {

Famine::Famine() {
    for (;;) {
        const Pfn frame = alloc_frame(FrameUse::other, true);
        if (frame == Pfn::none) break;
        frame_link(frame) = frames_;
        frames_ = frame;
    }
    for (int k = 0; k < KIND_COUNT; k++)
        while (void* object = kmem_alloc(static_cast<Kind>(k))) objects_[k] = new (object) Held{objects_[k]};
}

Famine::~Famine() {
    for (int k = 0; k < KIND_COUNT; k++)
        while (Held* object = objects_[k]) {
            objects_[k] = object->before;
            kmem_free(static_cast<Kind>(k), object);
        }
    while (frames_ != Pfn::none) {
        const Pfn frame = frames_;
        frames_ = frame_link(frame);
        put_frame(frame);
    }
}

} // namespace forkproof
