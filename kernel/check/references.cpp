#include "kernel/check/references.hpp"
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/exec/exec.hpp"
#include "kernel/files/file.hpp"
#include "kernel/files/initrd.hpp"
#include "kernel/io/io_context.hpp"
#include "kernel/ipc/sem.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/net/socket.hpp"
#include "kernel/task/exec_domain.hpp"

namespace forkproof {

namespace {

/// Visits the pointer unless it is null.
template <class T>
void hold(ReferenceVisitor& v, const T* object, const char* field) {
    if (object) v.visit(kind_of<T>, object, field);
}

void hold_path(ReferenceVisitor& v, const Path& path, const char* mnt, const char* inode) {
    hold(v, path.mnt, mnt);
    hold(v, path.inode, inode);
}

void references_of_mount(const Mount& mount, ReferenceVisitor& v) {
    hold(v, mount.parent, "parent");
    hold(v, mount.mountpoint, "mountpoint");
    hold(v, mount.root, "root");
    hold(v, mount.sb, "sb");
}

void references_of_inode(const Inode& inode, ReferenceVisitor& v) {
    hold(v, inode.parent, "parent");
    hold(v, inode.pid, "pid");
    if (holds_hierarchy(inode)) hold(v, inode.sb, "sb");
    for (const DirEntry& entry : const_cast<Inode&>(inode).entries) hold(v, &entry, "entries");
}

void references_of_bprm(const Bprm& b, ReferenceVisitor& v) {
    hold(v, b.files, "bprm->files");
    hold_path(v, b.file, "bprm->file.mnt", "bprm->file.inode");
    hold(v, b.sighand, "bprm->sighand");
    hold(v, b.cred, "bprm->cred");
    hold(v, b.mm, "bprm->mm");
}

void references_of_socket(Socket& s, ReferenceVisitor& v) {
    hold(v, s.net, "net");
    hold(v, s.peer, "peer");
    hold(v, s.in, "in");
    hold(v, s.out, "out");
    for (const Socket& one : pending_of(s)) hold(v, &one, "pending");
    for (const SkBuff& message : queue_of(s)) hold(v, &message, "queue");
}

void references_of_nsproxy(const Nsproxy& n, ReferenceVisitor& v) {
    hold(v, n.uts_ns, "uts_ns");
    hold(v, n.ipc_ns, "ipc_ns");
    hold(v, n.mnt_ns, "mnt_ns");
    hold(v, n.pid_ns, "pid_ns");
    hold(v, n.net_ns, "net_ns");
}

template <class T>
const T& as(const void* object) {
    return *static_cast<const T*>(object);
}

} // namespace

void for_each_reference_of_task(const Task& t, bool published, ReferenceVisitor& v) {
    hold(v, t.real_cred, "real_cred");
    hold(v, t.cred, "cred");
    hold(v, t.files, "files");
    hold(v, t.fs, "fs");
    hold(v, t.sighand, "sighand");
    if (published || (t.signal && t.signal->count == 1 && !t.signal->leader_pid)) hold(v, t.signal, "signal");
    hold(v, t.mm, "mm");
    hold(v, t.nsproxy, "nsproxy");
    hold(v, t.sysvsem, "sysvsem");
    hold(v, t.io_context, "io_context");
    hold(v, t.exec_domain, "exec_domain");
    hold(v, t.cgroups, "cgroups");
    hold(v, t.thread.fpu, "thread.fpu");
    hold(v, t.file_in_use, "file_in_use");
    for (const PidLink& link : t.pids) hold(v, link.pid, "pids");
    if (t.bprm) references_of_bprm(*t.bprm, v);
}

void for_each_reference_of(Kind kind, const void* o, ReferenceVisitor& v) {
    switch (kind) {
    case Kind::cred:
        hold(v, as<Cred>(o).user, "user");
        hold(v, as<Cred>(o).group_info, "group_info");
        break;
    case Kind::user: hold(v, as<User>(o).user_ns, "user_ns"); break;
    case Kind::user_ns: hold(v, as<UserNs>(o).creator, "creator"); break;
    case Kind::undo:
        hold(v, as<UndoList>(o).ipc_ns, "ipc_ns");
        for (const SemUndo& entry : const_cast<UndoList&>(as<UndoList>(o)).entries)
            hold(v, &entry, "entries");
        break;
    case Kind::ipc_ns:
        for (const SemSet& set : sets_of(const_cast<IpcNs&>(as<IpcNs>(o)))) hold(v, &set, "sem_sets");
        break;
    case Kind::sem_set:
        for (const SemUndo& entry : const_cast<SemSet&>(as<SemSet>(o)).undos) hold(v, &entry, "undos");
        break;
    case Kind::files: {
        const Files& files = as<Files>(o);
        for (u32 i = 0; i < files.max_fds; i++) hold(v, files.fd[i], "fd");
        break;
    }
    case Kind::file:
        hold(v, as<File>(o).inode, "inode");
        hold(v, as<File>(o).mnt, "mnt");
        hold(v, as<File>(o).pipe, "pipe");
        hold(v, as<File>(o).socket, "socket");
        break;
    case Kind::socket: references_of_socket(const_cast<Socket&>(as<Socket>(o)), v); break;
    case Kind::fs:
        hold_path(v, as<Fs>(o).root, "root.mnt", "root.inode");
        hold_path(v, as<Fs>(o).pwd, "pwd.mnt", "pwd.inode");
        break;
    case Kind::inode: references_of_inode(as<Inode>(o), v); break;
    case Kind::dirent: hold(v, as<DirEntry>(o).inode, "inode"); break;
    case Kind::super_block:
        hold(v, as<SuperBlock>(o).root, "root");
        hold(v, as<SuperBlock>(o).pid_ns, "pid_ns");
        break;
    case Kind::mount: references_of_mount(as<Mount>(o), v); break;
    case Kind::nsproxy: references_of_nsproxy(as<Nsproxy>(o), v); break;
    case Kind::mnt_ns: {
        auto& mounts = const_cast<MntNs&>(as<MntNs>(o)).mounts;
        for (const Mount& mount : mounts) hold(v, &mount, "mounts");
        break;
    }
    case Kind::css_set: hold(v, as<CssSet>(o).cgroup, "cgroup"); break;
    case Kind::pid_ns:
        hold(v, as<PidNs>(o).parent, "parent");
        hold(v, as<PidNs>(o).proc_mnt, "proc_mnt");
        break;
    case Kind::pid:
        if (as<Pid>(o).count != 0) v.visit(Kind::pid, o, "the allocation");
        hold(v, ns_of_pid(&as<Pid>(o)), "ns");
        break;
    case Kind::mm: {
        auto& vmas = const_cast<Mm&>(as<Mm>(o)).vmas;
        for (const Vma& vma : vmas) hold(v, &vma, "vmas");
        break;
    }
    default: break;
    }
}

void for_each_root_reference(ReferenceVisitor& v) {
    hold(v, root_user, "INIT_USER");
    hold(v, init_user_ns, "init_user_ns");
    hold(v, init_groups, "init_groups");
    hold(v, initrd_super_block, "initrd_super_block");
    for (const ExecDomain& d : exec_domains) hold(v, &d, "exec_domains");
    hold(v, init_css_set, "init_css_set");
    for_each_reference_of_task(init_task, true, v);
}

bool count_of(Kind kind, const void* o, u32& count) {
    switch (kind) {
    case Kind::cred: count = as<Cred>(o).count; return true;
    case Kind::group_info: count = as<GroupInfo>(o).count; return true;
    case Kind::user: count = as<User>(o).count; return true;
    case Kind::user_ns: count = as<UserNs>(o).count; return true;
    case Kind::undo: count = as<UndoList>(o).count; return true;
    case Kind::files: count = as<Files>(o).count; return true;
    case Kind::file: count = as<File>(o).count; return true;
    case Kind::pipe: count = as<Pipe>(o).readers + as<Pipe>(o).writers; return true;
    case Kind::fs: count = as<Fs>(o).users; return true;
    case Kind::inode: count = as<Inode>(o).count; return true;
    case Kind::super_block: count = as<SuperBlock>(o).count; return true;
    case Kind::mount: count = as<Mount>(o).count; return true;
    case Kind::sighand: count = as<Sighand>(o).count; return true;
    case Kind::signal: count = as<Signal>(o).count; return true;
    case Kind::mm: count = as<Mm>(o).users; return true;
    case Kind::nsproxy: count = as<Nsproxy>(o).count; return true;
    case Kind::mnt_ns: count = as<MntNs>(o).count; return true;
    case Kind::uts_ns: count = as<UtsNs>(o).count; return true;
    case Kind::ipc_ns: count = as<IpcNs>(o).count; return true;
    case Kind::pid_ns: count = as<PidNs>(o).count; return true;
    case Kind::net_ns: count = as<NetNs>(o).count; return true;
    case Kind::pid: count = as<Pid>(o).count + as<Pid>(o).held; return true;
    case Kind::exec_domain: count = as<ExecDomain>(o).count; return true;
    case Kind::io_context: count = as<IoContext>(o).count; return true;
    case Kind::css_set: count = as<CssSet>(o).count; return true;
    case Kind::socket: count = as<Socket>(o).count; return true;
    case Kind::sem_undo: count = 2; return true; // its list and its set
    case Kind::sem_set:
    case Kind::dirent:
    case Kind::sk_buff:
    case Kind::fpu:
    case Kind::vma: count = 1; return true; // one owner
    case Kind::task:
    case Kind::count: return false; // tasks are held by the list
    }
    return false;
}

} // namespace forkproof
