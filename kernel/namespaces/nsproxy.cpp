#include "kernel/namespaces/nsproxy.hpp"
#include "invariants/flags.hpp"
#include "kernel/lib/panic.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/namespaces/mount_tree.hpp"

namespace forkproof {

PidNs* init_pid_ns;

namespace {

/// Identities for reports: each namespace gets the next number of its kind.
struct {
    u32 uts, ipc, mnt, pid, net;
} next_id;

UtsNs* create_uts_ns(const UtsNs* old) {
    auto* ns = create<UtsNs>();
    if (!ns) return nullptr;
    ns->id = next_id.uts++;
    if (old) ns->name = old->name;
    return ns;
}

IpcNs* create_ipc_ns() {
    auto* ns = create<IpcNs>();
    if (ns) ns->id = next_id.ipc++;
    return ns;
}

NetNs* create_net_ns() {
    auto* ns = create<NetNs>();
    if (ns) ns->id = next_id.net++;
    return ns;
}

PidNs* create_pid_ns(PidNs* parent) {
    if (parent && parent->level == MAX_PID_NS_LEVEL) return nullptr;
    auto* ns = create<PidNs>();
    if (!ns) return nullptr;
    const Pfn map = alloc_frame(FrameUse::other);
    if (map == Pfn::none) {
        destroy(ns);
        return nullptr;
    }
    ns->pidmap = static_cast<u8*>(page_of(map));
    clear_page(ns->pidmap);
    ns->pidmap[0] = 1; // number 0 is nobody's
    ns->id = next_id.pid++;
    if (parent) {
        get_pid_ns(parent);
        ns->parent = parent;
        ns->level = parent->level + 1;
    }
    return ns;
}

void put_uts_ns(UtsNs* ns) {
    if (--ns->count == 0) destroy(ns);
}

} // namespace

void put_net_ns(NetNs* ns) {
    if (--ns->count == 0) destroy(ns);
}

void put_pid_ns(PidNs* ns) {
    while (ns && --ns->count == 0) {
        PidNs* parent = ns->parent;
        put_frame(pfn(to_physical(ns->pidmap)));
        destroy(ns);
        ns = parent;
    }
}

void pid_ns_release_proc(PidNs& ns) {
    Mount* const mount = ns.proc_mnt;
    ns.proc_mnt = nullptr;
    put_mount(mount);
}

void put_nsproxy(Nsproxy* n) {
    if (--n->count != 0) return;
    // Each may be null: create_new_namespaces gives back a half-made nsproxy this way.
    if (n->mnt_ns) put_mnt_ns(n->mnt_ns);
    if (n->uts_ns) put_uts_ns(n->uts_ns);
    if (n->ipc_ns) put_ipc_ns(n->ipc_ns);
    if (n->pid_ns) put_pid_ns(n->pid_ns);
    if (n->net_ns) put_net_ns(n->net_ns);
    destroy(n);
}

namespace {
/// Share or copy, one line a resource: the old one counted once more, or a new one.
template <class Ns>
Ns* shared(Ns* old) {
    old->count++;
    return old;
}
} // namespace

Nsproxy* create_new_namespaces(u32 flags, Nsproxy* old, Fs* fs) {
    auto* n = create<Nsproxy>();
    if (!n) return nullptr;
    n->mnt_ns = flags & CLONE_NEWNS ? copy_mnt_ns(*old->mnt_ns, next_id.mnt++) : shared(old->mnt_ns);
    n->uts_ns = flags & CLONE_NEWUTS ? create_uts_ns(old->uts_ns) : shared(old->uts_ns);
    n->ipc_ns = flags & CLONE_NEWIPC ? create_ipc_ns() : shared(old->ipc_ns);
    n->pid_ns = flags & CLONE_NEWPID ? create_pid_ns(old->pid_ns) : shared(old->pid_ns);
    n->net_ns = flags & CLONE_NEWNET ? create_net_ns() : shared(old->net_ns);
    if (!n->mnt_ns || !n->uts_ns || !n->ipc_ns || !n->pid_ns || !n->net_ns) {
        put_nsproxy(n);
        return nullptr;
    }
    if (flags & CLONE_NEWNS) move_paths(*fs, *old->mnt_ns, *n->mnt_ns); // last: nothing fails any more
    return n;
}

Nsproxy* namespaces_init(Inode* root) {
    auto* n = create<Nsproxy>();
    if (!n) panic("no memory for the first namespaces");
    n->mnt_ns = create_mnt_ns(root, next_id.mnt++);
    n->uts_ns = create_uts_ns(nullptr);
    n->ipc_ns = create_ipc_ns();
    n->pid_ns = init_pid_ns = create_pid_ns(nullptr);
    n->net_ns = create_net_ns();
    if (!n->mnt_ns || !n->uts_ns || !n->ipc_ns || !n->pid_ns || !n->net_ns)
        panic("no memory for the first namespaces");
    n->net_ns->lo_up = true; // in Linux the first program that starts does this
    UtsName& u = n->uts_ns->name;
    copy_string(u.sysname, "Linux", sizeof u.sysname);
    copy_string(u.nodename, "forkproof", sizeof u.nodename);
    copy_string(u.release, "2.6.33-forkproof", sizeof u.release);
    copy_string(u.version, "#1", sizeof u.version);
    copy_string(u.machine, "i686", sizeof u.machine);
    copy_string(u.domainname, "(none)", sizeof u.domainname);
    return n;
}

} // namespace forkproof
