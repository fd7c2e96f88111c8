// The calls about user and group ids (linux-2.6.33 kernel/sys.c).
#include "kernel/mm/cache.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/syscalls/task_calls.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

namespace {

constexpr u32 KEEP = ~0U; ///< "leave as it is"

i32 put_three(u32 a, u32 b, u32 c, const PtRegs& r) {
    const bool ok =
        put_user(a, r.bx) == Errno::OK && put_user(b, r.cx) == Errno::OK && put_user(c, r.dx) == Errno::OK;
    return ok ? 0 : negative(Errno::EFAULT);
}

bool one_of(u32 id, u32 a, u32 b, u32 c) { return id == KEEP || id == a || id == b || id == c; }

/// Another real uid is another user's task, of whom there may be no more than the limit says (linux-2.6.33
/// set_user): EAGAIN.
Errno set_user(Cred& next) {
    if (next.uid == current()->cred->uid) return Errno::OK;
    User* user = find_or_make_user(next.user->user_ns, next.uid);
    if (!user) return Errno::EAGAIN;
    if (user->processes >= current()->signal->rlim[RLIMIT_NPROC].cur && user != root_user) {
        put_user_struct(user);
        return Errno::EAGAIN;
    }
    put_user_struct(next.user);
    next.user = user;
    return Errno::OK;
}

/// Calls change(next, old) on a copy of the caller's credentials, which are its own from then on if it
/// answers OK.
template <class F>
i32 with_new_creds(F change) {
    Cred* next = dup_cred(current()->cred);
    if (!next) return negative(Errno::ENOMEM);
    Errno error = change(*next, *current()->cred);
    if (error == Errno::OK) error = set_user(*next);
    if (error != Errno::OK) {
        put_cred(next);
        return negative(error);
    }
    commit_creds(next);
    return 0;
}

} // namespace

i32 sys_getuid(PtRegs&) { return static_cast<i32>(current()->cred->uid); }
i32 sys_geteuid(PtRegs&) { return static_cast<i32>(current()->cred->euid); }
i32 sys_getgid(PtRegs&) { return static_cast<i32>(current()->cred->gid); }
i32 sys_getegid(PtRegs&) { return static_cast<i32>(current()->cred->egid); }

i32 sys_setuid(PtRegs& r) {
    return with_new_creds([uid = r.bx](Cred& next, const Cred& old) {
        if (capable(CAP_SETUID))
            next.uid = next.suid = uid;
        else if (uid != old.uid && uid != old.suid)
            return Errno::EPERM;
        next.euid = next.fsuid = uid;
        fix_setuid(next);
        return Errno::OK;
    });
}

i32 sys_setreuid(PtRegs& r) {
    return with_new_creds([ruid = r.bx, euid = r.cx](Cred& next, const Cred& old) {
        if (!one_of(ruid, old.uid, old.euid, old.uid) && !capable(CAP_SETUID)) return Errno::EPERM;
        if (!one_of(euid, old.uid, old.euid, old.suid) && !capable(CAP_SETUID)) return Errno::EPERM;
        if (ruid != KEEP) next.uid = ruid;
        if (euid != KEEP) next.euid = euid;
        if (ruid != KEEP || (euid != KEEP && euid != old.uid)) next.suid = next.euid;
        next.fsuid = next.euid;
        fix_setuid(next);
        return Errno::OK;
    });
}

i32 sys_setresuid(PtRegs& r) {
    return with_new_creds([&r](Cred& next, const Cred& old) {
        const u32 ids[] = {r.bx, r.cx, r.dx};
        for (const u32 id : ids)
            if (!one_of(id, old.uid, old.euid, old.suid) && !capable(CAP_SETUID)) return Errno::EPERM;
        if (r.bx != KEEP) next.uid = r.bx;
        if (r.cx != KEEP) next.euid = r.cx;
        if (r.dx != KEEP) next.suid = r.dx;
        next.fsuid = next.euid;
        fix_setuid(next);
        return Errno::OK;
    });
}

/// What it was; an id that may not be set, and memory that is out, change nothing and are not said.
i32 sys_setfsuid(PtRegs& r) {
    const u32 was = current()->cred->fsuid;
    (void)with_new_creds([uid = r.bx](Cred& next, const Cred& old) {
        if (!one_of(uid, old.uid, old.euid, old.suid) && uid != old.fsuid && !capable(CAP_SETUID))
            return Errno::EPERM;
        next.fsuid = uid;
        fix_setfsuid(next);
        return Errno::OK;
    });
    return static_cast<i32>(was);
}

i32 sys_setgid(PtRegs& r) {
    return with_new_creds([gid = r.bx](Cred& next, const Cred& old) {
        if (capable(CAP_SETGID))
            next.gid = next.sgid = gid;
        else if (gid != old.gid && gid != old.sgid)
            return Errno::EPERM;
        next.egid = next.fsgid = gid;
        return Errno::OK;
    });
}

i32 sys_setregid(PtRegs& r) {
    return with_new_creds([rgid = r.bx, egid = r.cx](Cred& next, const Cred& old) {
        if (!one_of(rgid, old.gid, old.egid, old.gid) && !capable(CAP_SETGID)) return Errno::EPERM;
        if (!one_of(egid, old.gid, old.egid, old.sgid) && !capable(CAP_SETGID)) return Errno::EPERM;
        if (rgid != KEEP) next.gid = rgid;
        if (egid != KEEP) next.egid = egid;
        if (rgid != KEEP || (egid != KEEP && egid != old.gid)) next.sgid = next.egid;
        next.fsgid = next.egid;
        return Errno::OK;
    });
}

i32 sys_setresgid(PtRegs& r) {
    return with_new_creds([&r](Cred& next, const Cred& old) {
        const u32 ids[] = {r.bx, r.cx, r.dx};
        for (const u32 id : ids)
            if (!one_of(id, old.gid, old.egid, old.sgid) && !capable(CAP_SETGID)) return Errno::EPERM;
        if (r.bx != KEEP) next.gid = r.bx;
        if (r.cx != KEEP) next.egid = r.cx;
        if (r.dx != KEEP) next.sgid = r.dx;
        next.fsgid = next.egid;
        return Errno::OK;
    });
}

/// As setfsuid.
i32 sys_setfsgid(PtRegs& r) {
    const u32 was = current()->cred->fsgid;
    (void)with_new_creds([gid = r.bx](Cred& next, const Cred& old) {
        if (!one_of(gid, old.gid, old.egid, old.sgid) && gid != old.fsgid && !capable(CAP_SETGID))
            return Errno::EPERM;
        next.fsgid = gid;
        return Errno::OK;
    });
    return static_cast<i32>(was);
}

i32 sys_getresuid(PtRegs& r) {
    const Cred& c = *current()->cred;
    return put_three(c.uid, c.euid, c.suid, r);
}
i32 sys_getresgid(PtRegs& r) {
    const Cred& c = *current()->cred;
    return put_three(c.gid, c.egid, c.sgid, r);
}

/// getgroups(size, list): how many there are; size 0 only asks. EINVAL if they do not fit.
i32 sys_getgroups(PtRegs& r) {
    const GroupInfo& groups = *current()->cred->group_info;
    const auto size = static_cast<i32>(r.bx), n = static_cast<i32>(groups.ngroups);
    if (size < 0 || (size != 0 && n > size)) return negative(Errno::EINVAL);
    if (size != 0 && copy_to_user(r.cx, groups.gid, groups.ngroups * sizeof(u32)) != Errno::OK)
        return negative(Errno::EFAULT);
    return n;
}

/// setgroups(size, list). EPERM without CAP_SETGID, EINVAL for more than NGROUPS.
i32 sys_setgroups(PtRegs& r) {
    if (!capable(CAP_SETGID)) return negative(Errno::EPERM);
    if (r.bx > NGROUPS) return negative(Errno::EINVAL);
    return with_new_creds([&r](Cred& next, const Cred&) {
        auto* groups = create<GroupInfo>();
        if (!groups) return Errno::ENOMEM;
        groups->ngroups = r.bx;
        if (copy_from_user(groups->gid, r.cx, r.bx * sizeof(u32)) != Errno::OK) {
            put_group_info(groups);
            return Errno::EFAULT;
        }
        put_group_info(next.group_info);
        next.group_info = groups;
        return Errno::OK;
    });
}

} // namespace forkproof
