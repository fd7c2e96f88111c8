#include "kernel/exec/exec.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/namespaces/mount_tree.hpp"
#include "kernel/task/exec_domain.hpp"
#include "kernel/task/exit.hpp"
#include "kernel/task/sched.hpp"
#include "kernel/task/signal_sets.hpp"
#include "kernel/task/watch.hpp"

namespace forkproof {

Bprm::~Bprm() {
    if (files) put_files(files);
    if (sighand) put_sighand(sighand);
    if (cred) put_cred(cred);
    if (mm) put_mm(mm);
    put_path(file);
    if (set_in_exec) current()->fs->in_exec = false;
    current()->bprm = nullptr;
}

namespace {

constexpr u32 EFLAGS_IF = 1U << 9, EFLAGS_ALWAYS = 1U << 1;

/// linux-2.6.33 check_unsafe_exec: is fs shared only among these threads? Then nobody may join until exec is
/// done (the clone rule fs-in-exec). EAGAIN if another thread is at it.
Errno check_unsafe_exec(Bprm& b) {
    Task& me = *current();
    u32 in_group = 1;
    for (Task* t = next_thread(me); t != &me; t = next_thread(*t))
        if (t->fs == me.fs) in_group++;
    fs_lock.lock();
    Errno error = Errno::OK;
    if (me.fs->users > in_group)
        b.unsafe_share = true;
    else if (me.fs->in_exec)
        error = Errno::EAGAIN;
    else
        me.fs->in_exec = b.set_in_exec = true;
    fs_lock.unlock();
    return error;
}

/// What the new program may do: set-user-id files and uid 0 raise, everything else loses what it had
/// (linux-2.6.33 cap_bprm_set_creds, without file capabilities).
Errno new_creds(Bprm& b, const Inode& file) {
    Cred* c = dup_cred(current()->cred);
    if (!c) return Errno::ENOMEM;
    b.cred = c;
    const bool trusted = !b.unsafe_share || has_capability(*c, CAP_SETUID);
    if ((file.mode & S_ISUID) && trusted) c->euid = file.uid;
    if ((file.mode & S_ISGID) && trusted) c->egid = file.gid;
    c->suid = c->fsuid = c->euid;
    c->sgid = c->fsgid = c->egid;
    const bool root = c->uid == 0 || c->euid == 0;
    c->cap_permitted = root ? c->cap_inheritable | c->cap_bset : 0;
    c->cap_effective = c->euid == 0 ? c->cap_permitted : 0;
    return Errno::OK;
}

Errno prepare(Bprm& b, const Inode& file, const ArgBlock& arguments) {
    Task& me = *current();
    if (const Errno e = check_unsafe_exec(b); e != Errno::OK) return e;
    sleep_on_disk(); // the file is read; others run meanwhile
    if (const Errno e = new_creds(b, file); e != Errno::OK) return e;
    const bool secure = b.cred->euid != b.cred->uid || b.cred->egid != b.cred->gid;
    if (const Errno e = load_program(file, arguments, secure, b); e != Errno::OK) return e;
    if (me.files->count > 1) {
        Errno error = Errno::OK;
        b.files = dup_files(me.files, error);
        if (!b.files) return error;
    }
    // Threads of the group will be gone, but another process may share the handlers (CLONE_SIGHAND alone).
    if (me.sighand->count > 1) {
        b.sighand = create<Sighand>();
        if (!b.sighand) return Errno::ENOMEM;
    }
    if (fatal_signal_pending(me)) return Errno::EINTR;
    return Errno::OK;
}

template <class T>
void swap(T& a, T& b) {
    T t = a;
    a = b;
    b = t;
}

void take_new_memory(Task& me, Bprm& b) {
    mm_release(me); // a vfork parent may go on from here
    swap(me.mm, b.mm);
    me.mm->from_reserve = me.pid == 1;
    switch_mm(me.mm);
}

/// Handlers are addresses in the old program; only "ignore" survives.
void flush_signal_handlers(Task& me, Bprm& b) {
    if (me.sighand->count > 1) {
        for (int i = 0; i < NSIG; i++) b.sighand->action[i] = me.sighand->action[i];
        swap(me.sighand, b.sighand);
    }
    for (SigAction& a : me.sighand->action)
        a = a.handler == SIG_IGN ? SigAction{.handler = SIG_IGN} : SigAction{};
    me.sas_ss_sp = me.sas_ss_size = 0;
}

void flush_thread(Thread& thread) {
    fpu_drop(thread);
    if (thread.fpu) destroy(thread.fpu);
    thread.fpu = nullptr;
    for (Descriptor& d : thread.tls) d = 0;
    load_tls(thread);
}

void change_creds(Task& me, Bprm& b) {
    put_cred(me.real_cred);
    put_cred(me.cred);
    get_cred(b.cred);
    me.real_cred = me.cred = b.cred;
    b.cred = nullptr;
}

/// Ring 3 starts with clean registers: nothing of the old program, nor of the kernel's.
void start_thread(PtRegs& regs, const Bprm& b, u32 orig_ax) {
    regs = PtRegs{};
    regs.ds = regs.es = regs.ss = USER_DS;
    regs.cs = USER_CS;
    regs.ip = b.entry;
    regs.sp = b.stack;
    regs.flags = EFLAGS_IF | EFLAGS_ALWAYS;
    regs.orig_ax = orig_ax;
}

void set_name(Task& me, Text path) {
    std::size_t slash = path.size;
    while (slash > 0 && path.data[slash - 1] != '/') slash--;
    const Text name = path.from(slash);
    const std::size_t n = name.size < TASK_COMM_LEN - 1 ? name.size : TASK_COMM_LEN - 1;
    memset(me.comm, 0, TASK_COMM_LEN);
    memcpy(me.comm, name.data, n);
}

} // namespace

Errno open_exec(Text path, HeldPath& file) {
    const Fs& fs = *current()->fs;
    Walk walk;
    if (const Errno e = walk_path(fs, fs.pwd, path, true, walk); e != Errno::OK) return e;
    if (!is_regular(*walk.at->inode)) return Errno::EACCES;
    if (walk.at->inode->sb->no_exec || (walk.at->mnt->flags & MS_NOEXEC)) return Errno::EACCES;
    if (const Errno e = permission(*walk.at->inode, MAY_EXEC); e != Errno::OK) return e;
    file.take(walk.at.give());
    return Errno::OK;
}

Errno do_execve(HeldPath& file, Text path, const ArgBlock& arguments, PtRegs& regs) {
    Task& me = *current();
    Bprm b(file.give());
    if (const Errno e = prepare(b, *b.file.inode, arguments); e != Errno::OK) return e;
    if (const Errno e = de_thread(); e != Errno::OK) return e;
    // The point of no return: from here on nothing fails.
    if (b.files) swap(me.files, b.files);
    take_new_memory(me, b);
    flush_signal_handlers(me, b);
    flush_thread(me.thread);
    change_creds(me, b);
    close_on_exec(*me.files);
    set_name(me, path);
    set_personality(PER_LINUX | (me.personality & ~PER_MASK)); // linux-2.6.33 linux/elf.h SET_PERSONALITY
    me.flags &= ~static_cast<u32>(PF_FORKNOEXEC);
    me.did_exec = true;
    me.self_exec_id++;
    me.set_child_tid = me.robust_list = 0;
    start_thread(regs, b, regs.orig_ax);
    return Errno::OK;
}

namespace {

Errno execute_file(PtRegs& regs) {
    char path[1024];
    const Result<u32> n = copy_string_from_user(path, regs.bx, sizeof path);
    if (!n.ok()) return n.error();
    HeldPath file;
    if (const Errno e = open_exec(Text(path, n.value()), file); e != Errno::OK) return e;
    ArgBlock arguments;
    if (const Errno e = arguments.from_user(regs.cx, regs.dx); e != Errno::OK) return e;
    return do_execve(file, Text(path, n.value()), arguments, regs);
}

} // namespace

i32 sys_execve(PtRegs& regs) {
    allocating_call_begins(AllocatingCall::execve);
    const Errno error = execute_file(regs);
    allocating_call_ends(error);
    process_call_done("execve", *current());
    return negative(error);
}

} // namespace forkproof
