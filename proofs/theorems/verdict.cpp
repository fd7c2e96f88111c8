// verdict: the machine code decides what the rule table says, for every flag word, context and set of rules.
#include "proofs/rules/rule_table.hpp"
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/in_bochs.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// The arguments of verdict(), and the same call as the rule table reads it.
struct VerdictScene {
    Scene& scene;
    Place context, answer;
    Word flags, in_force;
    CallTerms call;

    /// The call if it is root's program that makes it; a rule's witness knows how to become another caller.
    [[nodiscard]] std::string command(const Values& value) {
        VerdictContext caller;
        auto field_of = [&](const char* name) {
            return value(scene.world().get(scene.world().field(context, name)));
        };
        bool root = true;
        for (const ContextField& field : context_fields) {
            caller.*field.plain = field_of(field.name) != 0;
            root = root && caller.*field.plain == root_in_boot.*field.plain;
        }
        if (RuleSet(static_cast<std::uint32_t>(value(in_force))) != profile_default ||
            field_of("security_errno") != 0)
            return "";
        const auto word = static_cast<std::uint32_t>(value(flags));
        if (root) return clone_command(word);
        return refusal_command(first_refusal(PlainView{word, caller}, profile_default));
    }

    VerdictScene(MachineProof& proof, const std::string& title)
        : scene(proof.scene(title)), context(scene.world().object("VerdictContext", "context")),
          answer(scene.world().object("Verdict", "answer")), flags(scene.world().any("flags")),
          in_force(scene.world().any("rules in force")), call(CallTerms::fresh(proof.z3(), "")) {
        World& world = scene.world();
        call.flags = flags.expr(proof.z3());
        call.in_force = in_force.expr(proof.z3());
        for (const ContextField& field : context_fields)
            call.*field.term = bit(world.get(world.field(context, field.name)), 0).expr(proof.z3());
        const Word hook = world.get(world.field(context, "security_errno"));
        call.security_errno = hook.expr(proof.z3());
        scene.assume("the security hook answers 0 or -4095..-1", !ult(word32(MAX_ERRNO), hook));
        scene.show("flags", flags, true);
        scene.show("rules", in_force);
        scene.show("security_errno", hook);
        for (const ContextField& field : context_fields)
            scene.show(field.name, world.get(world.field(context, field.name)));
        scene.reproduce = [this](const Values& value) { return command(value); };
    }
};

/// PF_SUPERPRIV is due when a capability test succeeds; a test is made only if no earlier rule has decided.
z3::expr privilege_used(const RuleTable& table, const CallTerms& call) {
    z3::expr earlier = call.z3().bool_val(false), used = call.z3().bool_val(false);
    for (const RuleRow& row : table.rows) {
        const z3::expr asked = !earlier && call.rule_in_force(row.id);
        if (row.id == RuleId::newuser_caps)
            used = used || (asked && call.has_any(CLONE_NEWUSER) && call.cap_sys_admin);
        if (row.id == RuleId::nproc)
            used = used || (asked && call.nproc_reached && (call.cap_sys_admin || call.cap_sys_resource));
        if (row.id == RuleId::new_caps)
            used = used || (asked && call.has_any(NSPROXY_FLAGS) && call.cap_sys_admin);
        earlier = earlier || row.refuses(call);
    }
    return used;
}

/// The Boolean that stands in one byte.
Truth truth_of(const Word& byte) { return !is_zero(byte); }

void verdict_is_the_table(MachineProof& proof) {
    VerdictScene v(proof, "any call of verdict()");
    Scene& scene = v.scene;
    World& world = scene.world();
    const RuleTable table = shipped_rule_table();
    const TermVerdict expected = verdict_of(table, v.call);
    const z3::expr used = privilege_used(table, v.call);
    scene.executor().merge_everywhere(); // some 30,000 ways through it otherwise
    const std::vector<Path> paths =
        scene.call("verdict", {word32(v.answer.address), v.flags, word32(v.context.address), v.in_force});
    z3::expr covered = proof.z3().bool_val(false);
    std::map<RuleId, bool> hit;
    for (const Path& path : paths) {
        const Memory& memory = path.state.memory;
        auto result = [&](const char* field) {
            const Place place = world.field(v.answer, field);
            return memory.peek(place.address, place.size);
        };
        scene.equal(path, "answer.refused_by", result("refused_by"), Word(expected.refused_by));
        scene.equal(path, "errno of the verdict (answer.error)", result("error"), Word(expected.error));
        scene.equal(path, "answer.used_privilege", result("used_privilege"), from_truth(Truth(used), 8));
        scene.equal(path, "verdict returns its answer's address", path.state.get(Reg::eax),
                    word32(v.answer.address));
        for (const auto& [address, written] : memory.written()) {
            const auto* region = world.region_at(address);
            const bool allowed =
                region && (region->second.name == "stack" || region->first == v.answer.address);
            scene.check(path, "verdict is pure: it writes its answer only, not " + world.name_of(address),
                        allowed);
        }
        z3::expr condition = proof.z3().bool_val(true);
        for (const z3::expr& c : path.state.conditions()) condition = condition && c;
        covered = covered || condition;
    }
    if (proof.replaying()) return;
    scene.covers("every call", covered);
    for (const RuleRow& row : table.rows)
        if (row.kind != RuleKind::effect)
            scene.reached("a call that is refused by " + row.name, paths, [&](const Path& path) {
                const Place place = world.field(v.answer, "refused_by");
                return eq(path.state.memory.peek(place.address, 1), Word(8, static_cast<unsigned>(row.id)));
            });
}

/// What the verdict is told of the caller and the system is so.
void context_is_true(MachineProof& proof) {
    ForkScene f(proof, "any caller", "");
    Scene& scene = f.scene;
    World& world = f.world;
    const Place context = world.object("VerdictContext", "context");
    const Place counts = world.global("task_counts");
    // The first user may be the caller's own, or another.
    const Place root = world.object("User", "INIT_USER", "user");
    world.set(world.global("root_user"), ite(bit(world.any("the caller is the first user", 1), 0),
                                             word32(f.user.address), word32(root.address)));
    auto has = [&](unsigned capability) { return bit(f.before(f.of(f.cred, "cap_effective")), capability); };
    constexpr unsigned CAP_SETGID = 6, CAP_SETUID = 7, CAP_SYS_ADMIN = 21,
                       CAP_SYS_RESOURCE = 24; // linux/capability.h
    constexpr unsigned RLIMIT_NPROC = 6, SIGNAL_UNKILLABLE = 0x40;
    const Place policy = world.global("security_policy");
    const Truth denied = !is_zero(f.flags & f.before(f.of(policy, "denied")));
    const std::vector<Path> paths = scene.call("verdict_context", {word32(context.address), f.flags});
    for (const Path& path : paths) {
        Changes changes(f, path);
        auto said = [&](const char* field, const Truth& truth) {
            changes.is(f.of(context, field), from_truth(truth, 8));
        };
        said("cap_sys_admin", has(CAP_SYS_ADMIN));
        said("cap_setuid", has(CAP_SETUID));
        said("cap_setgid", has(CAP_SETGID));
        said("cap_sys_resource", has(CAP_SYS_RESOURCE));
        said("first_user", eq(world.get(world.global("root_user")), word32(f.user.address)));
        said("nproc_reached", !ult(f.before(f.of(f.user, "processes")),
                                   f.before(f.of(f.signal, fmt::format("rlim[{}].cur", RLIMIT_NPROC)))));
        said("threads_reached",
             !ult(f.before(f.of(counts, "nr_threads")), f.before(f.of(counts, "max_threads"))));
        said("exec_domain_going", truth_of(f.before(f.of(f.exec_domain, "going"))));
        said("unkillable", !is_zero(f.before(f.of(f.signal, "flags")) & word32(SIGNAL_UNKILLABLE)));
        said("in_exec", truth_of(f.before(f.of(f.fs, "in_exec"))));
        changes.is(f.of(context, "security_errno"), ite(denied, f.before(f.of(policy, "error")), word32(0)));
        changes.anything(context); // padding
        changes.nothing_else();
    }
}

} // namespace

std::vector<Theorem> verdict_theorems() {
    return {machine_theorem("verdict/table", "the machine code's verdict is the rule table's, for every call",
                            verdict_is_the_table),
            machine_theorem("verdict/context", "what the verdict is told of caller and system is so",
                            context_is_true)};
}

} // namespace forkproof::proofs
