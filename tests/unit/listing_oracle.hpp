// A second transcription of when the 2.6.33 listing refuses a clone, made from the listing's order and not
// from the rule table: the caller is followed through do_fork, copy_process and the functions that it calls,
// and each says only whether it fails, and how. Its capability tests mark the caller as having used
// privilege, as capable() does.
#pragma once
#include "invariants/rules.hpp"

namespace forkproof::tests {

class ListingCaller {
  public:
    ListingCaller(std::uint32_t flags, const VerdictContext& context) : flags_(flags), c_(context) {}

    /// What clone() answers: 0, or a negative errno.
    int clone() {
        if (const int failure = before_copying()) return failure;
        if (const int failure = start_of_copying()) return failure;
        if (const int failure = limits()) return failure;
        if (const int failure = sharing_of_fs()) return failure;
        return new_namespaces();
    }
    [[nodiscard]] bool used_privilege() const { return used_privilege_; }

  private:
    enum Capability { SYS_ADMIN, SETUID, SETGID, SYS_RESOURCE };

    bool capable(Capability capability) {
        const bool table[] = {c_.cap_sys_admin, c_.cap_setuid, c_.cap_setgid, c_.cap_sys_resource};
        if (table[capability]) used_privilege_ = true;
        return table[capability];
    }
    [[nodiscard]] bool asks(std::uint32_t all_of_these) const {
        return (flags_ & all_of_these) == all_of_these;
    }

    // the listing's lines 111-122
    int before_copying() {
        if (!asks(CLONE_NEWUSER)) return 0;
        if (asks(CLONE_THREAD)) return -22;
        const bool allowed = capable(SYS_ADMIN) && capable(SETUID) && capable(SETGID);
        return allowed ? 0 : -1;
    }
    // 214-244
    [[nodiscard]] int start_of_copying() const {
        const bool senseless = asks(CLONE_NEWNS | CLONE_FS) || (asks(CLONE_THREAD) && !asks(CLONE_SIGHAND)) ||
                               (asks(CLONE_SIGHAND) && !asks(CLONE_VM)) ||
                               (asks(CLONE_PARENT) && c_.unkillable);
        return senseless ? -22 : -c_.security_errno;
    }
    // 259-281
    int limits() {
        if (c_.nproc_reached) {
            const bool exempt = capable(SYS_ADMIN) || capable(SYS_RESOURCE) || c_.first_user;
            if (!exempt) return -11;
        }
        return c_.threads_reached || c_.exec_domain_going ? -11 : 0;
    }
    // copy_fs, called in 378
    [[nodiscard]] int sharing_of_fs() const { return asks(CLONE_FS) && c_.in_exec ? -11 : 0; }
    // copy_namespaces, called in 386, and what it calls
    int new_namespaces() {
        const std::uint32_t wanted =
            flags_ & (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET);
        if (wanted == 0) return 0;
        if (!capable(SYS_ADMIN)) return -1;
        if ((wanted & CLONE_NEWIPC) && asks(CLONE_SYSVSEM)) return -22;
        const bool init_of_nobody = asks(CLONE_THREAD) || asks(CLONE_PARENT);
        return (wanted & CLONE_NEWPID) && init_of_nobody ? -22 : 0;
    }

    std::uint32_t flags_;
    const VerdictContext& c_;
    bool used_privilege_ = false;
};

} // namespace forkproof::tests
