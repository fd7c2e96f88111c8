#include "tests/unit/planted_faults.hpp"
#include <algorithm>

namespace forkproof::tests {
namespace {

using proofs::RuleRow;
using proofs::RuleTable;
using proofs::TermView;
using Condition = std::function<z3::expr(const TermView&)>;
using Plant = std::function<void(RuleTable&)>;

RuleRow& row(RuleTable& table, RuleId id) {
    return *std::find_if(table.rows.begin(), table.rows.end(), [&](const RuleRow& r) { return r.id == id; });
}

Plant condition(RuleId id, const Condition& other) {
    return [=](RuleTable& table) { row(table, id).condition = other; };
}

/// The rule refuses only if `also` holds too.
Plant narrowed(RuleId id, const Condition& also) {
    return [=](RuleTable& table) {
        row(table, id).condition = [old = row(table, id).condition, also](const TermView& c) {
            return old(c) && also(c);
        };
    };
}

Plant never(RuleId id) {
    return condition(id, [](const TermView& c) { return c.call->z3().bool_val(false); });
}

Plant swapped(RuleId a, RuleId b) {
    return [=](RuleTable& table) { std::swap(row(table, a), row(table, b)); };
}

Plant errno_changed(RuleId id, Errno error) {
    return [=](RuleTable& table) { row(table, id).errno_value = error; };
}

Plant moved(RuleId id, std::ptrdiff_t to) {
    return [=](RuleTable& table) {
        RuleRow copy = row(table, id);
        table.rows.erase(table.rows.begin() + (&row(table, id) - table.rows.data()));
        table.rows.insert(table.rows.begin() + to, std::move(copy));
    };
}

Plant dropped_from_profile(const std::string& name, RuleId id) {
    return [=](RuleTable& table) {
        for (Profile& profile : table.profiles)
            if (profile.name == name) profile.rules = profile.rules.without(id);
    };
}

} // namespace

std::vector<PlantedFault> planted_faults() {
    using R = RuleId;
    return {
        {"newpid-thread is left only what newuser-thread refuses before it",
         narrowed(R::newpid_thread, [](const TermView& c) { return c.has(CLONE_NEWUSER); }),
         {"reachable/linux-2.6.33", "reachable/default", "independent/default"}},
        {"newuser-thread is implied by thread-sighand",
         narrowed(R::newuser_thread, [](const TermView& c) { return !c.has(CLONE_SIGHAND); }),
         {"independent/linux-2.6.33", "independent/default", "accepted/thread-keeps-namespaces"}},
        {"a refusal without an errno",
         errno_changed(R::newns_fs, Errno::OK),
         {"precedence/first-match", "precedence/errno"}},
        {"newns-fs is decided before newuser-caps",
         swapped(R::newuser_caps, R::newns_fs),
         {"precedence/order", "precedence/privilege-before-newns", "switching/only-later"}},
        {"fs-in-exec says EINVAL", errno_changed(R::fs_in_exec, Errno::EINVAL), {"precedence/errno"}},
        {"new-caps says EINVAL",
         errno_changed(R::new_caps, Errno::EINVAL),
         {"precedence/errno", "counts/default", "counts/linux-2.6.33"}},
        {"new-caps is decided last",
         moved(R::new_caps, RULE_COUNT - 1),
         {"precedence/privilege-before-late-structure", "precedence/order", "counts/linux-2.6.33"}},
        {"the nproc limit is decided first", moved(R::nproc, 0), {"precedence/structure-before-limits"}},
        {"threads need not share handlers",
         never(R::thread_sighand),
         {"accepted/thread-sighand-vm", "reachable/default"}},
        {"handlers are shared without memory",
         narrowed(R::sighand_vm, [](const TermView& c) { return c.has(CLONE_THREAD); }),
         {"accepted/thread-sighand-vm"}},
        {"NEWNS is let through with FS", never(R::newns_fs), {"accepted/newns-without-fs"}},
        {"NEWUSER is let through with FS",
         never(R::newuser_fs),
         {"accepted/newuser-without-fs", "profiles/default-against-listing"}},
        {"a thread may enter a pid namespace", never(R::newpid_thread), {"accepted/thread-keeps-namespaces"}},
        {"an undo list crosses ipc namespaces",
         never(R::newipc_sysvsem),
         {"accepted/newipc-own-undo", "counts/linux-2.6.33", "counts/default"}},
        {"NEWPID is let through with PARENT", never(R::newpid_parent), {"accepted/newpid-no-sibling"}},
        {"init may make siblings", never(R::parent_init), {"accepted/init-no-sibling", "context/each-field"}},
        {"new-caps forgets NEWUTS",
         condition(R::new_caps,
                   [](const TermView& c) {
                       return c.has_any(NSPROXY_FLAGS & ~CLONE_NEWUTS) && !c.cap_sys_admin();
                   }),
         {"accepted/namespaces-need-admin", "accepted/unprivileged-no-namespace",
          "flag-word/each-of-twelve"}},
        {"newuser-caps forgets CAP_SETGID",
         condition(R::newuser_caps,
                   [](const TermView& c) {
                       return c.has(CLONE_NEWUSER) && !(c.cap_sys_admin() && c.cap_setuid());
                   }),
         {"accepted/newuser-needs-three", "context/each-field"}},
        {"fs is shared during an exec", never(R::fs_in_exec), {"accepted/no-sharing-with-exec"}},
        {"CAP_SETUID exempts from nproc too",
         narrowed(R::nproc, [](const TermView& c) { return !c.cap_setuid(); }),
         {"accepted/user-limit"}},
        {"max_threads does not bind the first user",
         narrowed(R::max_threads, [](const TermView& c) { return !c.first_user(); }),
         {"accepted/system-limit"}},
        {"vfork is let into a going exec domain",
         narrowed(R::exec_domain, [](const TermView& c) { return !c.has(CLONE_VFORK); }),
         {"accepted/exec-domain", "context/kinds"}},
        {"the hook is not asked about threads",
         narrowed(R::security, [](const TermView& c) { return !c.has(CLONE_THREAD); }),
         {"accepted/hook"}},
        {"nobody may use PARENT",
         condition(R::parent_init, [](const TermView& c) { return c.has(CLONE_PARENT); }),
         {"accepted/everything-else", "reachable/default"}},
        {"newns-fs reads FILES",
         narrowed(R::newns_fs, [](const TermView& c) { return !c.has(CLONE_FILES); }),
         {"flag-word/only-twelve"}},
        {"DETACHED threads have their own handlers",
         narrowed(R::thread_sighand, [](const TermView& c) { return !c.has(CLONE_DETACHED); }),
         {"flag-word/ignored", "flag-word/only-twelve"}},
        {"the exit signal has a say",
         narrowed(R::newipc_sysvsem, [](const TermView& c) { return c.has_any(CSIGNAL); }),
         {"flag-word/ignored", "flag-word/only-twelve"}},
        {"max-threads reads the flag word",
         narrowed(R::max_threads, [](const TermView& c) { return !c.has(CLONE_VM); }),
         {"context/kinds"}},
        {"new-caps refuses the privileged",
         condition(R::new_caps,
                   [](const TermView& c) { return c.has_any(NSPROXY_FLAGS) && c.cap_sys_admin(); }),
         {"context/monotone"}},
        {"newns-fs holds only while newuser-caps does",
         narrowed(R::newns_fs, [](const TermView& c) { return c.call->rule_in_force(RuleId::newuser_caps); }),
         {"switching/undecided"}},
        {"newns-fs holds only while newuser-thread does not",
         narrowed(R::newns_fs,
                  [](const TermView& c) { return !c.call->rule_in_force(RuleId::newuser_thread); }),
         {"switching/never-stricter"}},
        {"an effect refuses",
         [](RuleTable& table) {
             row(table, R::parent_exit_signal).kind = RuleKind::structure;
             row(table, R::parent_exit_signal).errno_value = Errno::EINVAL;
         },
         {"switching/effects", "accepted/everything-else"}},
        {"the default profile lacks newns-fs",
         dropped_from_profile("default", R::newns_fs),
         {"profiles/default-against-listing", "accepted/newns-without-fs"}},
        {"SIGHAND is refused with VM too",
         condition(R::sighand_vm, [](const TermView& c) { return c.has(CLONE_SIGHAND); }),
         {"profiles/ordinary-calls", "flag-word/each-of-twelve"}},
    };
}

namespace {

/// The atoms of a condition: what && || ! join.
void collect_atoms(const z3::expr& term, std::vector<z3::expr>& atoms) {
    if (term.is_and() || term.is_or() || term.is_not()) {
        for (unsigned i = 0; i < term.num_args(); i++) collect_atoms(term.arg(i), atoms);
        return;
    }
    // n != 0 is made as a `distinct`, which is an atom here
    for (const z3::expr& known : atoms)
        if (z3::eq(known, term)) return;
    atoms.push_back(term);
}

enum class Change { to_true, to_false, negated };

Plant atom_changed(RuleId id, std::size_t atom, Change change) {
    return [=](RuleTable& table) {
        row(table, id).condition = [old = row(table, id).condition, atom, change](const TermView& c) {
            z3::expr term = old(c);
            std::vector<z3::expr> atoms;
            collect_atoms(term, atoms);
            z3::expr_vector from(term.ctx()), to(term.ctx());
            from.push_back(atoms.at(atom));
            to.push_back(change == Change::negated ? !atoms.at(atom)
                                                   : term.ctx().bool_val(change == Change::to_true));
            return term.substitute(from, to);
        };
    };
}

} // namespace

std::vector<PlantedFault> systematic_faults() {
    std::vector<PlantedFault> faults;
    auto add = [&](const std::string& what, const Plant& plant) { faults.push_back({what, plant, {}}); };
    z3::context z3;
    const proofs::CallTerms call = proofs::CallTerms::fresh(z3, "");
    const RuleTable shipped = proofs::shipped_rule_table();
    for (const RuleRow& r : shipped.rows) {
        const RuleId id = r.id;
        add(r.name + " removed",
            [id](RuleTable& t) { std::erase_if(t.rows, [id](const RuleRow& x) { return x.id == id; }); });
        add(r.name + " made an effect", [id](RuleTable& t) { row(t, id).kind = RuleKind::effect; });
        for (const Errno error : {Errno::OK, Errno::EPERM, Errno::EAGAIN, Errno::EINVAL})
            if (error != r.errno_value) add(r.name + " says " + errno_name(error), errno_changed(id, error));
        if (&r != &shipped.rows.back()) {
            const RuleRow& next = *(&r + 1);
            add(r.name + " swapped with " + next.name, swapped(id, next.id));
        }
        std::vector<z3::expr> atoms;
        collect_atoms(r.holds(call), atoms);
        for (std::size_t i = 0; i < atoms.size(); i++) {
            const std::string which = r.name + ", atom " + std::to_string(i);
            add(which + " made true", atom_changed(id, i, Change::to_true));
            add(which + " made false", atom_changed(id, i, Change::to_false));
            add(which + " negated", atom_changed(id, i, Change::negated));
        }
    }
    return faults;
}

} // namespace forkproof::tests
