#include "kernel/task/exec_domain.hpp"
#include "kernel/lib/boundary.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/task/task.hpp"

namespace forkproof {

constinit List<ExecDomain, &ExecDomain::node> exec_domains{};

namespace {

constexpr u32 ON_THE_LIST = 1; ///< the count of a domain that nobody is in

ExecDomain* add_domain(const char* name, const char* module, u32 personality) {
    auto* d = create<ExecDomain>();
    if (!d) return nullptr;
    d->name = name;
    d->module = module;
    d->first = d->last = personality;
    exec_domains.push_back(*d);
    return d;
}

ExecDomain& lookup_exec_domain(u32 personality) {
    const u32 wanted = personality & PER_MASK;
    for (ExecDomain& d : exec_domains)
        if (d.first <= wanted && wanted <= d.last && !d.going) return d;
    return *exec_domains.front();
}

} // namespace

ExecDomain* exec_domains_init() {
    ExecDomain* linux = add_domain("Linux", nullptr, PER_LINUX);
    return linux && add_domain("SVR4", "abi_svr4", PER_SVR4) ? linux : nullptr;
}

FORKPROOF_BOUNDARY void put_exec_domain(ExecDomain* d) {
    if (--d->count == ON_THE_LIST && d->going) wake_up(d->unloader);
}

void set_personality(u32 personality) {
    Task& me = *current();
    ExecDomain& domain = lookup_exec_domain(personality);
    me.personality = personality;
    get_exec_domain(&domain);
    put_exec_domain(me.exec_domain);
    me.exec_domain = &domain;
}

Errno unload_exec_domain(const char* module, bool nonblock) {
    for (ExecDomain& d : exec_domains) {
        if (!d.module || !(Text(d.module) == Text(module))) continue;
        if (d.going) return Errno::EBUSY;
        if (nonblock && d.count != ON_THE_LIST) return Errno::EAGAIN; // EWOULDBLOCK
        d.going = true;
        while (d.count != ON_THE_LIST) sleep_on(d.unloader, SleepState::uninterruptible);
        d.node.unlink();
        destroy(&d);
        return Errno::OK;
    }
    return Errno::ENOENT;
}

} // namespace forkproof
