#include "kernel/files/mount.hpp"
#include "kernel/syscalls/file_arguments.hpp"
#include "kernel/syscalls/file_calls.hpp"
#include <optional>

namespace forkproof {

namespace {

/// A string that a program may pass or leave out.
class OptionalString {
  public:
    explicit OptionalString(UserAddr from) {
        if (from) path_.emplace(from);
    }
    [[nodiscard]] Errno error() const { return path_ ? path_->error() : Errno::OK; }
    [[nodiscard]] bool given() const { return path_.has_value(); }
    [[nodiscard]] Text text() const { return path_ ? path_->text() : Text(); }

  private:
    std::optional<UserPath> path_;
};

} // namespace

/// The options in `data` are for the file system.
i32 sys_mount(PtRegs& regs) {
    const OptionalString type(regs.dx), source(regs.bx), data(regs.di);
    const UserPath target(regs.cx);
    const Errno errors[] = {type.error(), target.error(), source.error(), data.error()};
    for (const Errno e : errors)
        if (e != Errno::OK) return negative(e);
    if (target.text().size == 0) return negative(Errno::ENOENT);
    return negative(do_mount({.source = source.text(),
                              .target = target.text(),
                              .type = type.text(),
                              .data = data.text(),
                              .has_source = source.given(),
                              .has_type = type.given(),
                              .flags = regs.si}));
}

i32 sys_umount2(PtRegs& regs) {
    const u32 flags = regs.cx;
    const UserPath path(regs.bx);
    if (path.error() != Errno::OK) return negative(path.error());
    return negative(do_umount(path.text(), flags));
}

i32 sys_umount(PtRegs& regs) {
    const UserPath path(regs.bx);
    if (path.error() != Errno::OK) return negative(path.error());
    return negative(do_umount(path.text(), 0));
}

} // namespace forkproof
