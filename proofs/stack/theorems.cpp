// The theorems of the group stack.
#include "kernel/mm/mm.hpp"
#include "proofs/image/elf.hpp"
#include "proofs/stack/stack.hpp"
#include <fmt/format.h>

namespace forkproof::proofs {

namespace {

using stack::StackBound;

/// What a theorem of this group needs while it runs.
struct Run {
    explicit Run(const Setting& setting) : image(*setting.image), analysis(image) {}

    void say(const std::string& what, const StackBound& bound) {
        report.log.push_back(fmt::format("{}: {} bytes: {}", what, bound.bytes, path_text(bound)));
    }
    /// All of it fits, or the theorem is refuted.
    void fits(const std::string& what, const std::vector<std::pair<std::string, StackBound>>& parts,
              unsigned size) {
        unsigned sum = 0;
        for (const auto& [name, bound] : parts) sum += bound.bytes;
        report.log.push_back(fmt::format("{}: {} of {} bytes", what, sum, size));
        if (sum <= size) return;
        std::vector<std::string> lines{fmt::format("{}: {} bytes, and the stack has {}", what, sum, size)};
        for (const auto& [name, bound] : parts)
            lines.push_back(fmt::format("{}: {} bytes: {}", name, bound.bytes, path_text(bound)));
        throw NotProved{Outcome::refuted, lines};
    }
    void none(const std::string& what, const std::vector<std::string>& found) {
        if (found.empty()) return;
        std::vector<std::string> lines{what};
        lines.insert(lines.end(), found.begin(), found.end());
        throw NotProved{Outcome::refuted, lines};
    }
    TheoremReport end() {
        report.outcome = Outcome::proved;
        report.paths = analysis.functions_read();
        report.assumptions = analysis.assumptions();
        return std::move(report);
    }

    const Image& image;
    StackAnalysis analysis;
    TheoremReport report;
};

Theorem stack_theorem(const std::string& subject, const std::string& sentence,
                      const std::function<void(Run&)>& body) {
    Theorem theorem;
    theorem.name = "stack/" + subject;
    theorem.sentence = sentence;
    theorem.needs_image = true;
    theorem.run = [body](const Setting& setting) {
        Run run(setting);
        body(run);
        return run.end();
    };
    return theorem;
}

/// A call, at its deepest point a trap, and at that one's deepest an interrupt.
void call_fits(Run& run, const std::string& call) {
    const StackBound bound = run.analysis.call_bound(call), trap = run.analysis.worst("trap_*"),
                     interrupt = run.analysis.worst("irq_*");
    run.say(call, bound);
    run.fits(call + " with the frames of a trap and an interrupt",
             {{call, bound}, {"trap", trap}, {"interrupt", interrupt}}, THREAD_SIZE);
    // The word `stacks` measures calls through a gate of its own: what it says is at most this.
    if (run.analysis.has("entry_syscall_watched"))
        run.say(call + ", measured", run.analysis.call_bound(call, false, "entry_syscall_watched"));
    const StackBound panic = run.analysis.call_bound(call, true);
    run.say(call + ", if it ends in a panic", panic);
    run.fits(call + ", if it ends in a panic", {{call, panic}}, THREAD_SIZE);
}

Theorem call_theorem(const std::string& call) {
    return stack_theorem(
        call,
        call + " cannot outgrow the kernel stack, a trap and an interrupt at its deepest point included",
        [call](Run& run) { call_fits(run, call); });
}

void pointers(Run& run) {
    run.none("the table of what calls through pointers may reach does not fit the kernel",
             run.analysis.gaps());
    run.analysis.bound("entry_syscall");
    run.analysis.bound("kernel_main");
}

void every_call(Run& run) {
    const StackBound call = run.analysis.worst("entry_syscall*"), trap = run.analysis.worst("trap_*"),
                     interrupt = run.analysis.worst("irq_*");
    run.say("the deepest call", call);
    run.fits("the deepest call with the frames of a trap and an interrupt",
             {{"call", call}, {"trap", trap}, {"interrupt", interrupt}}, THREAD_SIZE);
}

void traps(Run& run) {
    const StackBound trap = run.analysis.worst("trap_*"), interrupt = run.analysis.worst("irq_*");
    run.say("trap", trap);
    run.say("interrupt", interrupt);
    run.fits("a trap of ring 3, a trap in that, an interrupt",
             {{"trap", trap}, {"trap", trap}, {"interrupt", interrupt}}, THREAD_SIZE);
    for (const char* entry : {"entry_syscall", "ret_from_fork", "trap_14", "irq_0"})
        run.none(fmt::format("{} switches interrupts on while the kernel works", entry),
                 run.analysis.interrupts_enabled(entry));
}

void first_steps(Run& run) {
    const StackBound trap = run.analysis.worst("trap_*"), interrupt = run.analysis.worst("irq_*");
    for (const char* entry : {"ret_from_fork", "ret_from_kernel_thread"}) {
        const StackBound bound = run.analysis.bound(entry);
        run.say(entry, bound);
        run.fits(fmt::format("{} with the frames of a trap and an interrupt", entry),
                 {{entry, bound}, {"trap", trap}, {"interrupt", interrupt}}, THREAD_SIZE);
    }
}

void boot(Run& run) {
    const unsigned size = run.image.symbol("boot_stack_top") - run.image.symbol("boot_stack_canary") - 4;
    const StackBound bound = run.analysis.bound("kernel_main"), trap = run.analysis.worst("trap_*"),
                     interrupt = run.analysis.worst("irq_*");
    run.say("kernel_main", bound);
    run.fits("the boot and the idle task, with the frames of a trap and an interrupt",
             {{"kernel_main", bound}, {"trap", trap}, {"interrupt", interrupt}}, size);
}

} // namespace

std::vector<Theorem> stack_theorems() {
    std::vector<Theorem> all{stack_theorem(
        "pointers",
        "every call through a pointer, and every function whose address is taken, is accounted for",
        pointers)};
    for (const char* call :
         {"fork", "vfork", "clone", "exit", "exit_group", "wait4", "waitpid", "waitid", "execve"})
        all.push_back(call_theorem(call));
    all.push_back(stack_theorem("every-call", "no system call can outgrow the kernel stack", every_call));
    all.push_back(stack_theorem(
        "traps", "nor can a trap or an interrupt of ring 3; the kernel's own work is not interrupted",
        traps));
    all.push_back(stack_theorem("first-steps", "nor can a new task's first steps", first_steps));
    all.push_back(stack_theorem("boot", "nor can the boot and the idle task outgrow theirs", boot));
    return all;
}

} // namespace forkproof::proofs
