#include "tests/unit/plain_state.hpp"

namespace forkproof::tests::plain {

void State::settle() {
    std::map<const Counted*, unsigned> holders = references();
    auto count = [&](const auto& objects) {
        for (const auto& o : objects) o->count = holders[o.get()];
    };
    count(user_namespaces), count(users), count(mnt_namespaces), count(ipc_namespaces), count(pid_namespaces);
    count(nsproxies), count(fs), count(undo_lists), count(sighands), count(signals), count(mms);

    for (const auto& u : users) u->processes = 0;
    for (const auto& s : signals) s->live = 0;
    listed.clear();
    runqueue.clear();
    process_counts = 0;
    for (const auto& t : living) {
        listed.push_back(t.get());
        t->children.clear();
        t->user->processes++;
        if (!t->exiting) t->leader->signal->live++;
        if (t->doing == Doing::runs) runqueue.push_back(t.get());
        if (t->leader == t.get()) process_counts++;
    }
    for (const auto& t : living)
        if (t->leader == t.get() && t->parent) t->parent->children.push_back(t.get());
    nr_threads = static_cast<unsigned>(listed.size());
    nr_running = static_cast<unsigned>(runqueue.size());
    frame_counts.clear();
    for (const auto& mm : mms)
        for (const Page& page : mm->pages) frame_counts[page.frame]++;
}

PlainTask* GoodState::process(PlainTask* parent, PidNs* pid_ns) {
    PlainTask* t = make(living);
    t->pid = t->tgid = next_pid_++;
    t->age = static_cast<unsigned>(t->pid);
    t->leader = t;
    t->parent = parent;
    t->pid_ns = pid_ns;
    t->numbers[first_pid_ns] = t->pid;
    if (pid_ns != first_pid_ns) t->numbers[pid_ns] = ++next_number_[pid_ns];
    t->signal = make(signals);
    t->sighand = make(sighands);
    t->mm = make(mms);
    t->fs = make(fs);
    t->user = parent ? parent->user : nullptr;
    t->nsproxy = parent ? parent->nsproxy : nullptr;
    t->exit_signal_chooser = parent ? parent->leader->age : 0;
    return t;
}

PlainTask* GoodState::thread(PlainTask* leader) {
    PlainTask* t = process(leader->parent, leader->pid_ns);
    t->tgid = leader->pid;
    t->leader = leader;
    t->signal = leader->signal;
    t->sighand = leader->sighand;
    t->mm = leader->mm;
    t->user = leader->user;
    t->nsproxy = leader->nsproxy;
    t->exit_signal = -1;
    return t;
}

GoodState::GoodState() {
    first_pid_ns = make(pid_namespaces);
    nested = make(pid_namespaces);
    nested->parent = first_pid_ns;

    init = process(nullptr, first_pid_ns);
    init->signal->unkillable = true;
    init->user = make(users);
    init->user->user_ns = make(user_namespaces);
    init->nsproxy = make(nsproxies);
    init->nsproxy->mnt_ns = make(mnt_namespaces);
    init->nsproxy->ipc_ns = make(ipc_namespaces);
    first_pid_ns->reaper = init;
    init_thread = thread(init);

    realtime = process(init, first_pid_ns);
    realtime->rt_prio = realtime->rt_policy = true;
    zombie = process(init, first_pid_ns);
    zombie->doing = Doing::zombie;
    zombie->exiting = true;
    shell = process(init, first_pid_ns);
    shell->doing = Doing::sleeps_for_vfork;
    shell_thread = thread(shell);
    vforked = process(shell, first_pid_ns);
    vforked->mm = vforked->born_with = shell->mm;
    vforked->vfork_waiter = shell;

    ns_init = process(shell, nested);
    ns_init->signal->unkillable = true;
    nested->reaper = ns_init;
    ns_init_thread = thread(ns_init);
    inner = process(ns_init, nested);
    inner->undo = make(undo_lists);
    inner->undo->ipc_ns = inner->nsproxy->ipc_ns;
    inner_thread = thread(inner);
    inner->sighand->has_handler = true;
    inner->handler_mm = inner_thread->handler_mm = inner->mm;
    late = process(shell, first_pid_ns);
    late->exit_signal = 10; // SIGUSR1, as its parent chose
    late->mm->pages = {{0x8048000, 100, true}, {0xbffff000, 101, false}};
    shell->mm->pages = {{0xbffff000, 101, false}, {0x8048000, 102, true}};

    // one fs for the shell and the real-time task; each other task has its own
    realtime->fs = shell->fs;
    for (const auto& t : living) t->fs->root = t->fs->pwd = t->nsproxy->mnt_ns;
    zombie->mm = nullptr;
    zombie->fs = nullptr;
    zombie->nsproxy = nullptr;
    auto unused = [&](const auto& object) { return references()[object.get()] == 0; };
    std::erase_if(signals, unused);
    std::erase_if(sighands, unused);
    std::erase_if(mms, unused);
    std::erase_if(fs, unused);
    settle();
}

} // namespace forkproof::tests::plain
