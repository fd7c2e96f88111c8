// thread: the registers with which the child starts, its TLS, and the ports that it may touch. But for these
// what it writes lies in the child's own task and on its own stack, which the step `task` gives back: a
// failure leaves these two as they happen to be.
#include "invariants/errno.hpp"
#include "invariants/flags.hpp"
#include "proofs/theorems/theorems.hpp"
#include "proofs/world/in_bochs.hpp"
#include "proofs/world/unchanged.hpp"
#include "proofs/world/user_memory.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

const char* const USER_DESC = "user_desc at regs->si";
constexpr std::uint32_t TRAP_FLAG = 1U << 8;       // Intel SDM volume 1, section 3.4.3
constexpr std::uint32_t USE_IO_BITMAP = 7;         // FrameUse::io_bitmap
constexpr unsigned TLS_FIRST = 6, TLS_ENTRIES = 3; // the GDT's entries 6, 7 and 8

/// struct user_desc (linux-2.6.33 asm/ldt.h): four words, the last one of bit fields.
struct UserDesc {
    Word entry_number, base, limit, bits;
    [[nodiscard]] Word field(unsigned high, unsigned low) const { return zext(extract(bits, high, low), 32); }
    [[nodiscard]] Word seg_32bit() const { return field(0, 0); }
    [[nodiscard]] Word contents() const { return field(2, 1); }
    [[nodiscard]] Word read_exec_only() const { return field(3, 3); }
    [[nodiscard]] Word limit_in_pages() const { return field(4, 4); }
    [[nodiscard]] Word seg_not_present() const { return field(5, 5); }
    [[nodiscard]] Word useable() const { return field(6, 6); }
};

UserDesc user_desc(const World& world) {
    auto word = [&](std::uint32_t n) { return read_from_user(world, USER_DESC, 4 * n); };
    return {word(0), word(1), word(2), word(3)};
}

/// linux-2.6.33 LDT_empty: nothing but "not present" and "read and execute only".
Truth empty(const UserDesc& d) {
    constexpr unsigned KNOWN_BITS = 0x7f, EMPTY = 1U << 3 | 1U << 5;
    return is_zero(d.base) && is_zero(d.limit) && eq(d.bits & word32(KNOWN_BITS), word32(EMPTY));
}

/// Intel SDM volume 3, section 3.4.5, figure 3-8: a code or data segment (S = 1) of privilege level 3.
Word descriptor(const UserDesc& d) {
    auto at = [](const Word& value, unsigned place) { return shl(value, word32(place)); };
    auto not_bit = [](const Word& value) { return value ^ word32(1); };
    const Word low = concat(extract(d.base, 15, 0), extract(d.limit, 15, 0));
    const Word type = at(d.contents(), 2) | at(not_bit(d.read_exec_only()), 1);
    const Word high = zext(extract(d.base, 23, 16), 32) | at(type, 8) | word32(1U << 12) | word32(3U << 13) |
                      at(not_bit(d.seg_not_present()), 15) | at(zext(extract(d.limit, 19, 16), 32), 16) |
                      at(d.useable(), 20) | at(d.seg_32bit(), 22) | at(d.limit_in_pages(), 23) |
                      at(zext(extract(d.base, 31, 24), 32), 24);
    return concat(high, low);
}

struct ThreadScene : ForkScene {
    Place regs_of_child, thread;
    UserDesc desc;
    Truth user_mode, sets_tls;

    ThreadScene(MachineProof& proof, const std::string& title, const ForkShape& wanted)
        : ForkScene(proof, title, "thread", wanted), desc(user_desc(world)),
          user_mode(eq(world.get(world.field(regs, "cs")) & word32(3), word32(3))),
          sets_tls(user_mode && flag(CLONE_SETTLS)) {
        use_user_memory_contracts(scene, USER_DESC);
        const auto top = static_cast<std::uint32_t>(world.get(of(child, "stack")).value());
        regs_of_child = {top - regs.size, "PtRegs", regs.size};
        thread = of(child, "thread");
    }

    [[nodiscard]] Place tls(const Place& task, unsigned n) const {
        const Place all = world.field(task, "thread.tls");
        return {all.address + 8 * n, "", 8};
    }

    /// The registers, and where the child begins.
    void registers(Changes& changes, bool of_ring_3) {
        if (of_ring_3) {
            changes.is(of(regs_of_child, "ax"), 0);
            changes.is(of(regs_of_child, "sp"), before(of(request, "stack_start")));
            changes.is(of(regs_of_child, "flags"), before(of(regs, "flags")) & word32(~TRAP_FLAG));
        }
        changes.same_as(regs_of_child, regs);
        changes.is(of(child, "thread.sp0"), before(of(child, "stack")));
        changes.is(of(child, "thread.sp"), regs_of_child.address);
        changes.is(of(child, "thread.ip"),
                   world.image().symbol(of_ring_3 ? "ret_from_fork" : "ret_from_kernel_thread"));
    }

    /// A bitmap of ports is copied, whatever the flags.
    void ports(Changes& changes) {
        for (unsigned i = 0; i < io_bitmap.size(); i++) {
            const Place copy = changes.fresh("frame");
            changes.is(of(thread, fmt::format("io_bitmap[{}]", i)), copy.address);
            for (std::uint32_t at = 0; at < copy.size; at += 4)
                changes.is({copy.address + at, "", 4}, before({io_bitmap[i].address + at, "", 4}));
            const Place frame = frame_entry(world, frame_number(copy.address));
            changes.is(of(frame, "count"), 1).is(of(frame, "use"), USE_IO_BITMAP);
        }
    }

    /// Where memory was out, or the step is undone: who looks at the child's thread finds no freed frame.
    void no_ports(const Path& path) {
        for (unsigned i = 0; i < io_bitmap.size(); i++)
            scene.equal(path, "the child's bitmap of ports",
                        now(path, of(thread, fmt::format("io_bitmap[{}]", i))), word32(0));
    }

    void kernel_thread(const Path& path) {
        Changes changes(*this, path);
        registers(changes, false);
        changes.nothing_else();
    }

    void program(const Path& path) {
        Changes changes(*this, path);
        registers(changes, true);
        ports(changes);
        for (unsigned n = 0; n < TLS_ENTRIES; n++) {
            const Truth chosen = sets_tls && eq(desc.entry_number, word32(TLS_FIRST + n));
            const Word asked = ite(empty(desc), Word(64, 0), descriptor(desc));
            changes.is(tls(child, n), ite(chosen, asked, before(tls(parent, n))));
        }
        changes.nothing_else();
    }
};

void acquires_thread(MachineProof& proof, const std::string& title, const ForkShape& shape) {
    ThreadScene f(proof, title, shape);
    const std::vector<Path> paths = f.acquire("thread");
    auto result = [](const Path& path) { return path.state.get(Reg::eax); };
    auto is = [&](const Path& path, Errno e) { return eq(result(path), word32(static_cast<unsigned>(e))); };
    const Truth in_range = !ult(f.desc.entry_number, word32(TLS_FIRST)) &&
                           ult(f.desc.entry_number, word32(TLS_FIRST + TLS_ENTRIES));
    for (const Path& path : paths) {
        f.scene.reproduce =
            nullptr; // no program is a kernel thread, and that of a boot gives a good descriptor
        if (auto failed = f.scene.when(path, !is(path, Errno::OK))) {
            f.scene.prove(
                *failed,
                "thread fails only where TLS is asked for, with EFAULT or EINVAL, or for want of memory",
                (f.sets_tls && (is(path, Errno::EFAULT) || (is(path, Errno::EINVAL) && !in_range))) ||
                    (is(path, Errno::ENOMEM) && Truth(an_allocation_failed(path.state))));
            if (is(path, Errno::ENOMEM).known()) f.no_ports(*failed);
            Changes(f, *failed).anything(f.thread).anything(f.regs_of_child).nothing_else();
            continue;
        }
        f.scene.prove(path, "a descriptor that is set is one of the three", !f.sets_tls || in_range);
        if (auto kernel = f.scene.when(path, !f.user_mode)) f.kernel_thread(*kernel);
        shown_by_call(f);
        if (auto user = f.scene.when(path, f.user_mode)) f.program(*user);
        f.check_stage(path, "thread");
        for (const Path& undone : f.release(path, "thread"))
            Changes(f, undone).anything(f.thread).anything(f.regs_of_child).nothing_else();
    }
    if (shape.ports) f.scene.reached("ENOMEM", paths, [&](const Path& p) { return is(p, Errno::ENOMEM); });
    f.scene.reached("EFAULT", paths, [&](const Path& p) { return is(p, Errno::EFAULT); });
    f.scene.reached("EINVAL", paths, [&](const Path& p) { return is(p, Errno::EINVAL); });
    f.scene.reached("a kernel thread", paths,
                    [&](const Path& p) { return is(p, Errno::OK) && !f.user_mode; });
    for (unsigned n = 0; n < TLS_ENTRIES; n++)
        f.scene.reached("each TLS entry is set", paths, [&](const Path& p) {
            return is(p, Errno::OK) && f.sets_tls && eq(f.desc.entry_number, word32(TLS_FIRST + n)) &&
                   !empty(f.desc);
        });
    f.scene.reached("an entry is cleared", paths,
                    [&](const Path& p) { return is(p, Errno::OK) && f.sets_tls && empty(f.desc); });
}

void step_thread(MachineProof& proof) {
    acquires_thread(proof, "thread", {});
    acquires_thread(proof, "thread with a bitmap of ports", {.ports = true});
}

/// The two functions on their own, for set_thread_area calls them, too.
void helper_tls(MachineProof& proof) {
    Scene& scene = proof.scene("a description");
    World& world = scene.world();
    const Place place = world.object("UserDesc", "user_desc");
    auto word = [&](std::uint32_t n) { return world.get({place.address + 4 * n, "", 4}); };
    const UserDesc d{word(0), word(1), word(2), word(3)};
    const auto built = scene.call("tls_descriptor", {word32(place.address)});
    for (const Path& path : built) {
        const Word got = concat(path.state.get(Reg::edx), path.state.get(Reg::eax));
        scene.equal(path, "the descriptor", got, ite(empty(d), Word(64, 0), descriptor(d)));
        unchanged_but(scene, path, {});
    }
    const auto asked = scene.call("tls_empty", {word32(place.address)});
    for (const Path& path : asked) {
        scene.equal(path, "whether it is empty", path.state.get_part(Reg::eax, 8, false),
                    from_truth(empty(d), 8));
        unchanged_but(scene, path, {});
    }
    scene.reached("an empty one", built, [&](const Path&) { return empty(d); });
    scene.reached("one that is not empty", asked, [&](const Path&) { return !empty(d); });
}

} // namespace

std::vector<Theorem> steps_thread_theorems() {
    return {
        machine_theorem(
            "steps/thread",
            "the child starts with the caller's registers, 0 in eax, its own stack, the TLS asked "
            "for, and a copy of the bitmap of ports; a failure changes nothing but the child's own thread "
            "and stack",
            step_thread),
        machine_theorem("helpers/tls_descriptor", "a description's segment descriptor, 0 for an empty one",
                        helper_tls)};
}

} // namespace forkproof::proofs
