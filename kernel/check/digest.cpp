#include "kernel/check/digest.hpp"
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/check/references.hpp"
#include "kernel/files/file.hpp"
#include "kernel/io/io_context.hpp"
#include "kernel/ipc/sem.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/page_table.hpp"
#include "kernel/net/socket.hpp"
#include "kernel/task/exec_domain.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

constexpr u32 FNV_PRIME = 16777619, FNV_BASIS = 2166136261; // Fowler, Noll, Vo: FNV-1a, a word at a time

u16 last_number;

/// The walk's state: one accumulator a part, and the numbers of objects met so far.
class Walker {
  public:
    explicit Walker(Digest& d) : d_(d) {
        for (u32& p : d_.part) p = FNV_BASIS;
    }
    void word(DigestPart p, u32 v) {
        u32& h = d_.part[static_cast<int>(p)];
        h = (h ^ v) * FNV_PRIME;
        h ^= h >> 15; // so that the high half of a word counts too
    }
    void word64(DigestPart p, u64 v) {
        word(p, static_cast<u32>(v));
        word(p, static_cast<u32>(v >> 32));
    }
    /// The contents of a page: four words at a time, for most of the digest is spent here.
    void page(DigestPart p, const void* contents) {
        u32 h = d_.part[static_cast<int>(p)];
        const auto mix = [&h](u32 v) { h = ((h << 5 | h >> 27) ^ v) * FNV_PRIME; };
        const u32* const begin = static_cast<const u32*>(contents);
        for (const u32* word = begin; word != begin + PAGE_SIZE / sizeof(u32); word += 4) {
            mix(word[0]);
            mix(word[1]);
            mix(word[2]);
            mix(word[3]);
        }
        d_.part[static_cast<int>(p)] = h;
    }
    void bytes(DigestPart p, const void* data, u32 size) {
        const u8* b = static_cast<const u8*>(data);
        for (u32 i = 0; i < size; i++) word(p, b[i]);
    }
    /// The object's number into part p. True if it is met for the first time: then its fields are to follow.
    template <class T>
    bool meet(DigestPart p, const T* object) {
        if (!object) {
            word(p, 0);
            return false;
        }
        u16& number = checker_mark(object);
        const bool fresh = number == 0;
        if (fresh) number = ++last_number;
        word(p, number);
        return fresh;
    }

  private:
    Digest& d_;
};

using P = DigestPart;

void walk_user(Walker& w, const User* u) {
    if (!w.meet(P::creds, u)) return;
    w.word(P::creds, u->count);
    w.word(P::creds, u->processes);
    w.word(P::creds, u->uid);
    const UserNs* ns = u->user_ns;
    if (!w.meet(P::creds, ns)) return;
    w.word(P::creds, ns->count);
    w.word(P::creds, ns->id);
    walk_user(w, ns->creator);
}

void walk_cred(Walker& w, const Cred* c) {
    if (!w.meet(P::creds, c)) return;
    w.word(P::creds, c->count);
    const u32 ids[] = {c->uid, c->euid, c->suid, c->fsuid, c->gid, c->egid, c->sgid, c->fsgid};
    for (const u32 id : ids) w.word(P::creds, id);
    w.word64(P::creds, c->cap_inheritable);
    w.word64(P::creds, c->cap_permitted);
    w.word64(P::creds, c->cap_effective);
    w.word64(P::creds, c->cap_bset);
    walk_user(w, c->user);
    if (!w.meet(P::creds, c->group_info)) return;
    w.word(P::creds, c->group_info->count);
    for (u32 i = 0; i < c->group_info->ngroups; i++) w.word(P::creds, c->group_info->gid[i]);
}

void walk_pid(Walker& w, const Pid* pid) {
    if (!w.meet(P::pids, pid)) return;
    w.word(P::pids, pid->count);
    w.word(P::pids, pid->held);
    for (u32 i = 0; i <= pid->level; i++) {
        w.word(P::pids, static_cast<u32>(pid->numbers[i].nr));
        w.word(P::pids, pid->numbers[i].ns->id);
    }
    const PidType types[] = {PIDTYPE_PID, PIDTYPE_PGID, PIDTYPE_SID};
    for (const PidType type : types)
        for_each_attached(const_cast<Pid&>(*pid), type,
                          [&](const Task& t) { w.word(P::pids, static_cast<u32>(t.pid)); });
}

void walk_inode(Walker& w, const Inode* i) {
    if (!w.meet(P::files, i)) return;
    const u32 fields[] = {i->count, i->mode, i->ino,           i->uid,     i->gid,
                          i->nlink, i->size, i->next_position, i->mounted, i->pages != nullptr};
    for (const u32 f : fields) w.word(P::files, f);
    w.word(P::files, i->sb->device);
    w.word(P::files, i->parent ? i->parent->ino : 0);
    w.word(P::files, i->fd);
    if (i->pid) walk_pid(w, i->pid);
}

/// A file system by its names; what a file holds is not looked at.
void walk_super_block(Walker& w, const SuperBlock* sb) {
    if (!w.meet(P::files, sb)) return;
    const u32 fields[] = {sb->count, sb->device, sb->read_only, sb->frames,
                          sb->pid_ns ? sb->pid_ns->id + 1 : 0};
    for (const u32 f : fields) w.word(P::files, f);
    walk_inode(w, sb->root);
    for (const DirEntry& entry : const_cast<SuperBlock*>(sb)->entries) {
        w.word(P::files, entry.directory->ino);
        w.bytes(P::files, entry.name.data, static_cast<u32>(entry.name.size));
        walk_inode(w, entry.inode);
    }
}

void walk_mount(Walker& w, const Mount* m) {
    if (!w.meet(P::namespaces, m)) return;
    w.word(P::namespaces, m->count);
    w.word(P::namespaces, m->mnt_ns ? m->mnt_ns->id + 1 : 0);
    w.word(P::namespaces, m->flags);
    walk_inode(w, m->root);
    if (m->mountpoint) walk_inode(w, m->mountpoint);
    walk_super_block(w, m->sb);
}

void walk_pipe(Walker& w, const Pipe* pipe) {
    if (!w.meet(P::files, pipe)) return;
    w.word(P::files, pipe->readers);
    w.word(P::files, pipe->writers);
    w.word(P::files, pipe->length);
    w.word(P::files, pipe->reset);
    for (u32 i = 0; i < pipe->length; i++) {
        const u32 at = (pipe->head + i) % (PIPE_PAGES * PAGE_SIZE);
        w.word(P::files, pipe->page[at / PAGE_SIZE][at % PAGE_SIZE]);
    }
}

void walk_socket_fields(Walker& w, Socket& s) {
    const u32 fields[] = {s.count,   s.family,     s.type,         static_cast<u32>(s.state),
                          s.closed,  s.receives,   s.sends,        static_cast<u32>(s.error),
                          s.backlog, s.waiting,    s.here.address, s.here.port,
                          s.net->id, s.there.port, s.there.address};
    for (const u32 f : fields) w.word(P::files, f);
    w.bytes(P::files, s.name.bytes, s.name.length);
    w.bytes(P::files, s.peer_name.bytes, s.peer_name.length);
    walk_pipe(w, s.in);
    walk_pipe(w, s.out);
    for (const SkBuff& message : queue_of(s)) {
        w.word(P::files, message.length);
        w.bytes(P::files, message.from.bytes, message.from.length);
        for (u32 i = 0; i < message.length; i++) w.word(P::files, message.page[i / PAGE_SIZE][i % PAGE_SIZE]);
    }
}

/// With those whom its datagrams go to, one after the other, and those who wait to be accepted.
void walk_socket(Walker& w, Socket* s) {
    for (; w.meet(P::files, s); s = s->peer) {
        walk_socket_fields(w, *s);
        for (Socket& one : pending_of(*s))
            if (w.meet(P::files, &one)) walk_socket_fields(w, one);
    }
}

void walk_file(Walker& w, const File* f) {
    if (!w.meet(P::files, f)) return;
    w.word(P::files, f->count);
    w.word(P::files, f->busy);
    w.word(P::files, f->f_flags);
    w.word64(P::files, static_cast<u64>(f->pos));
    if (f->inode) walk_inode(w, f->inode);
    if (f->mnt) walk_mount(w, f->mnt);
    if (f->pipe) walk_pipe(w, f->pipe);
    if (f->socket) walk_socket(w, f->socket);
}

void walk_files(Walker& w, const Files* f) {
    if (!w.meet(P::files, f)) return;
    w.word(P::files, f->count);
    w.word(P::files, f->max_fds);
    w.word(P::files, f->next_fd);
    w.word(P::files, f->end_fd);
    for (u32 i = 0; i < f->max_fds; i++) walk_file(w, f->fd[i]);
    for (u32 i = 0; i < f->max_fds / 32; i++) w.word(P::files, f->close_on_exec[i]);
}

void walk_fs(Walker& w, const Fs* f) {
    if (!w.meet(P::files, f)) return;
    w.word(P::files, f->users);
    w.word(P::files, f->in_exec);
    w.word(P::files, f->umask);
    walk_mount(w, f->root.mnt);
    walk_inode(w, f->root.inode);
    walk_mount(w, f->pwd.mnt);
    walk_inode(w, f->pwd.inode);
}

/// Mappings, and what ring 3 sees in them. Write, accessed and dirty bits are residue.
void walk_mm(Walker& w, Mm* mm) {
    if (!w.meet(P::memory, mm)) return;
    w.word(P::memory, mm->users);
    const u32 fields[] = {mm->start_code, mm->end_code, mm->start_brk, mm->brk,         mm->start_stack,
                          mm->arg_start,  mm->arg_end,  mm->total_vm,  mm->from_reserve};
    for (const u32 f : fields) w.word(P::memory, f);
    for (const Vma& v : mm->vmas) {
        w.word(P::memory, v.start);
        w.word(P::memory, v.end);
        w.word(P::memory, v.flags);
        w.word(P::memory, static_cast<u32>(v.file.size));
        w.word(P::memory, v.file_address);
    }
    for_each_page(
        *mm,
        [](void* walker, u32 address, Pfn frame, u32 pte) {
            Walker& to = *static_cast<Walker*>(walker);
            to.word(P::memory, address);
            to.word(P::memory, frame_count(frame));
            to.word(P::memory, pte & (PTE_PRESENT | PTE_USER));
            u16& seen = frame_tally(frame); // the contents of a frame that several share count once
            if (seen == 0) to.page(P::memory, page_of(frame));
            seen = 1;
        },
        &w);
}

void forget_frames_of(Mm& mm) {
    for_each_page(
        mm, [](void*, u32, Pfn frame, u32) { frame_tally(frame) = 0; }, nullptr);
}

void walk_sighand(Walker& w, const Sighand* s) {
    if (!w.meet(P::signals, s)) return;
    w.word(P::signals, s->count);
    for (const SigAction& a : s->action) {
        w.word(P::signals, a.handler);
        w.word(P::signals, a.flags);
        w.word64(P::signals, a.mask);
    }
}

void walk_signal(Walker& w, const Signal* s, SigSet ignored) {
    if (!w.meet(P::signals, s)) return;
    w.word(P::signals, s->count);
    w.word(P::signals, s->live);
    w.word(P::signals, s->flags);
    w.word(P::signals, static_cast<u32>(s->group_exit_code));
    w.word(P::signals, s->notify_count);
    w.word(P::signals, s->group_exit_task ? static_cast<u32>(s->group_exit_task->pid) : 0);
    w.word(P::signals, s->waits_for_leader);
    w.word(P::signals, s->group_stop_count);
    w.word(P::signals, s->leader);
    w.word(P::signals, static_cast<u32>(pid_nr(s->leader_pid)));
    w.word64(P::signals, s->shared_pending & ~ignored);
    for (const Rlimit& r : s->rlim) {
        w.word(P::signals, r.cur);
        w.word(P::signals, r.max);
    }
    w.word64(P::signals, s->dead_threads.stime + s->dead_threads.utime);
    w.word64(P::signals, s->children.stime + s->children.utime);
}

/// The cursor last_pid is residue: numbers are not used again at once.
void walk_pid_ns(Walker& w, const PidNs* ns) {
    if (!w.meet(P::namespaces, ns)) return;
    const u32 fields[] = {ns->count, ns->id, ns->level, ns->nr_free};
    for (const u32 f : fields) w.word(P::namespaces, f);
    w.word(P::namespaces, ns->child_reaper ? static_cast<u32>(ns->child_reaper->pid) : 0);
    const u32* map = reinterpret_cast<const u32*>(ns->pidmap);
    for (u32 i = 0; i < PID_MAX / 32; i++) w.word(P::pids, map[i]);
    if (ns->proc_mnt) walk_mount(w, ns->proc_mnt);
    walk_pid_ns(w, ns->parent);
}

/// Values and what would be undone on them. Times are residue.
void walk_ipc_ns(Walker& w, IpcNs* ns) {
    if (!w.meet(P::namespaces, ns)) return;
    w.word(P::namespaces, ns->count);
    w.word(P::namespaces, ns->sem_seq);
    for (const SemSet& set : sets_of(*ns)) {
        const u32 fields[] = {static_cast<u32>(set.id),
                              static_cast<u32>(set.key),
                              set.uid,
                              set.gid,
                              set.cuid,
                              set.cgid,
                              set.mode,
                              set.nsems};
        for (const u32 f : fields) w.word(P::namespaces, f);
        for (u32 i = 0; i < set.nsems; i++) w.word(P::namespaces, u32{set.value[i]} << 16 | set.pid[i]);
        for (const SemWait& wait : const_cast<SemSet&>(set).waiting) w.word(P::namespaces, wait.pid);
    }
}

void walk_undo(Walker& w, UndoList* list) {
    if (!w.meet(P::namespaces, list)) return;
    w.word(P::namespaces, list->count);
    w.word(P::namespaces, list->ipc_ns->id);
    for (const SemUndo& entry : list->entries) {
        w.word(P::namespaces, static_cast<u32>(entry.set->id));
        w.bytes(P::namespaces, entry.adjustment, entry.set->nsems * static_cast<u32>(sizeof(i16)));
    }
}

void walk_css_set(Walker& w, const CssSet* set) {
    if (!w.meet(P::tasks, set)) return;
    w.word(P::tasks, set->count);
    if (set->cgroup) walk_inode(w, set->cgroup);
}

void walk_nsproxy(Walker& w, const Nsproxy* n) {
    if (!w.meet(P::namespaces, n)) return;
    w.word(P::namespaces, n->count);
    if (w.meet(P::namespaces, n->uts_ns)) {
        w.word(P::namespaces, n->uts_ns->count);
        w.bytes(P::namespaces, &n->uts_ns->name, sizeof(UtsName));
    }
    walk_ipc_ns(w, n->ipc_ns);
    if (w.meet(P::namespaces, n->net_ns)) {
        w.word(P::namespaces, n->net_ns->count);
        w.word(P::namespaces, n->net_ns->lo_up);
        w.word(P::namespaces, n->net_ns->lo_packets);
        w.word(P::namespaces, n->net_ns->lo_bytes);
    }
    if (w.meet(P::namespaces, n->mnt_ns)) {
        w.word(P::namespaces, n->mnt_ns->count);
        for (const Mount& mount : n->mnt_ns->mounts) walk_mount(w, &mount);
    }
    walk_pid_ns(w, n->pid_ns);
}

/// Fields of the task itself. Times, vruntime, PF_SUPERPRIV, TIF_SIGPENDING and the FPU image of the caller
/// are residue; so is whatever the checker writes.
void walk_task_fields(Walker& w, const Task& t, SigSet ignored) {
    w.bytes(P::tasks, t.comm, TASK_COMM_LEN);
    const u32 superpriv = &t == current() ? PF_SUPERPRIV : 0U;
    const u32 fields[] = {static_cast<u32>(t.pid),
                          static_cast<u32>(t.tgid),
                          t.flags & ~superpriv,
                          t.state,
                          t.exit_state,
                          static_cast<u32>(t.exit_code),
                          static_cast<u32>(t.exit_signal),
                          static_cast<u32>(t.pdeath_signal),
                          t.parent_exec_id,
                          t.self_exec_id,
                          t.did_exec,
                          t.sas_ss_sp,
                          t.sas_ss_size,
                          t.set_child_tid,
                          t.clear_child_tid,
                          t.robust_list,
                          t.vfork_done != nullptr,
                          static_cast<u32>(t.prio),
                          static_cast<u32>(t.static_prio),
                          static_cast<u32>(t.normal_prio),
                          t.rt_priority,
                          t.policy,
                          t.sched_reset_on_fork,
                          static_cast<u32>(t.sched_class),
                          t.load_weight,
                          t.on_rq,
                          t.thread.fpu != nullptr,
                          t.personality,
                          t.futex_address,
                          t.waiting_on != nullptr,
                          t.timer_node.linked(),
                          t.timer_slack_ns,
                          t.default_timer_slack_ns,
                          t.bprm != nullptr,
                          t.file_in_use != nullptr,
                          static_cast<u32>(t.real_parent->pid),
                          static_cast<u32>(t.group_leader->pid)};
    for (const u32 f : fields) w.word(P::tasks, f);
    w.word64(P::tasks, t.serial);
    w.word64(P::tasks, t.exit_signal_chooser);
    w.word64(P::tasks, t.start_time);
    w.word64(P::signals, t.blocked);
    w.word64(P::signals, t.pending & ~(&t == current() ? ignored : 0));
    for (const Descriptor d : t.thread.tls) w.word64(P::tasks, d);
    for (const u32* page : t.thread.io_bitmap) {
        w.word(P::tasks, page != nullptr);
        if (page) w.page(P::tasks, page);
    }
    if (t.thread.fpu && &t != current()) w.bytes(P::tasks, t.thread.fpu->image, sizeof t.thread.fpu->image);
    if (&t == current()) return; // its registers are where the trap put them; the others' are on their stacks
    const auto* regs = reinterpret_cast<const PtRegs*>(t.stack) - 1;
    w.bytes(P::tasks, regs, sizeof *regs);
}

void walk_task(Walker& w, const Task& t, SigSet ignored) {
    walk_task_fields(w, t, ignored);
    walk_cred(w, t.real_cred);
    walk_cred(w, t.cred);
    walk_files(w, t.files);
    if (t.fs) walk_fs(w, t.fs);
    walk_sighand(w, t.sighand);
    walk_signal(w, t.signal, &t == current() || t.signal == current()->signal ? ignored : 0);
    if (t.mm) walk_mm(w, t.mm);
    if (t.nsproxy) walk_nsproxy(w, t.nsproxy);
    if (w.meet(P::tasks, t.io_context)) {
        w.word(P::tasks, t.io_context->count);
        w.word(P::tasks, t.io_context->ioprio);
    }
    if (w.meet(P::tasks, t.exec_domain)) {
        w.word(P::tasks, t.exec_domain->count);
        w.word(P::tasks, t.exec_domain->going);
    }
    walk_css_set(w, t.cgroups);
    walk_undo(w, t.sysvsem);
    for (const PidLink& link : t.pids) walk_pid(w, link.pid);
    auto& children = children_of(t);
    for (const Task& child : children) w.word(P::tasks, static_cast<u32>(child.pid));
}

void walk_counts(Walker& w) {
    w.word(P::counts, task_counts.nr_threads);
    w.word(P::counts, task_counts.process_counts);
    w.word64(P::counts, task_counts.total_forks);
    w.word(P::counts, nr_running());
    w.word(P::counts, kernel_stacks_in_use());
    w.word(P::counts, kernel_stacks_free());
    w.word(P::counts, hashed_numbers());
    for (int k = 0; k < KIND_COUNT; k++) w.word(P::counts, live_objects(static_cast<Kind>(k)));
    // Frames of slabs and of page tables may have been added to the caches; all other uses are equal.
    const FrameTotals frames = frame_totals();
    w.word(P::counts, frames.used[static_cast<int>(FrameUse::user)]);
    w.word(P::counts, frames.used[static_cast<int>(FrameUse::stack)]);
    w.word(P::counts, frames.used[static_cast<int>(FrameUse::other)]);
    w.word(P::counts, frames.used[static_cast<int>(FrameUse::io_bitmap)]);
    w.word(P::counts, tasklist_lock.held());
    w.word(P::counts, siglock.held());
    w.word(P::counts, fs_lock.held());
}

} // namespace

u32 Digest::all() const {
    u32 h = FNV_BASIS;
    for (const u32 p : part) h = (h ^ p) * FNV_PRIME;
    return h;
}

Digest take_digest(SigSet ignored_pending) {
    Digest digest;
    Walker w(digest);
    clear_checker_marks();
    last_number = 0;
    walk_counts(w);
    walk_cred(w, init_task.cred);
    walk_fs(w, init_task.fs);
    walk_css_set(w, init_task.cgroups);
    if (cgroup_root.sb) walk_super_block(w, cgroup_root.sb);
    walk_nsproxy(w, init_task.nsproxy);
    for_each_task([&](Task& t) { walk_task(w, t, ignored_pending); });
    for_each_task([&](Task& t) {
        if (t.mm) forget_frames_of(*t.mm);
    });
    for_each_runnable(
        [](void* walker, Task& t) { static_cast<Walker*>(walker)->word(P::counts, static_cast<u32>(t.pid)); },
        &w);
    return digest;
}

} // namespace forkproof
