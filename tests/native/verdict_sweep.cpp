// verdict_sweep KERNEL: calls the very bytes of the kernel's verdict() for all 2^32 flag words in eight
// contexts, and compares each answer with the rule table (invariants/rules.hpp). A 32-bit program, so that
// the code can stand at the address for which it was linked. A child for each context, as many at once as
// there are processors.
#include "kernel/fork/verdict.hpp"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace forkproof;

namespace {

constexpr std::uint32_t PAGE = 4096;
constexpr int SYSTEM_WRONG = 2, DIFFERENT = 1;

[[noreturn]] void fail(const char* what, const char* which) {
    std::fprintf(stderr, "verdict_sweep: %s: %s\n", which, what);
    std::exit(SYSTEM_WRONG);
}

/// The kernel's file, mapped; its loadable bytes at their addresses.
const char* load(const char* path) {
    const int file = open(path, O_RDONLY);
    struct stat about;
    if (file < 0 || fstat(file, &about) != 0) fail("cannot be read; `make build/kernel.elf` builds it", path);
    const auto size = static_cast<std::size_t>(about.st_size);
    auto* bytes = static_cast<const char*>(mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0));
    const auto* header = reinterpret_cast<const Elf32_Ehdr*>(bytes);
    if (bytes == MAP_FAILED || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_machine != EM_386)
        fail("is no i386 ELF file", path);
    const auto* segments = reinterpret_cast<const Elf32_Phdr*>(bytes + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++) {
        const Elf32_Phdr& s = segments[i];
        if (s.p_type != PT_LOAD || !(s.p_flags & PF_X)) continue;
        const std::uint32_t start = s.p_vaddr & ~(PAGE - 1), length = s.p_vaddr - start + s.p_memsz;
        void* at = mmap(reinterpret_cast<void*>(start), length, PROT_READ | PROT_WRITE | PROT_EXEC,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (at != reinterpret_cast<void*>(start)) fail("its addresses are taken in this process", path);
        std::memcpy(reinterpret_cast<void*>(s.p_vaddr), bytes + s.p_offset, s.p_filesz);
    }
    return bytes;
}

using Function = Verdict (*)(std::uint32_t, const VerdictContext&, RuleSet);

Function find_verdict(const char* bytes, const char* path) {
    constexpr const char* NAME = "_ZN9forkproof7verdictEjRKNS_14VerdictContextENS_7RuleSetE";
    const auto* header = reinterpret_cast<const Elf32_Ehdr*>(bytes);
    const auto* sections = reinterpret_cast<const Elf32_Shdr*>(bytes + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB) continue;
        const char* names = bytes + sections[sections[i].sh_link].sh_offset;
        const auto* symbols = reinterpret_cast<const Elf32_Sym*>(bytes + sections[i].sh_offset);
        for (std::uint32_t s = 0; s < sections[i].sh_size / sizeof(Elf32_Sym); s++)
            if (std::strcmp(names + symbols[s].st_name, NAME) == 0)
                return reinterpret_cast<Function>(symbols[s].st_value);
    }
    fail("has no function forkproof::verdict(unsigned, const VerdictContext&, RuleSet)", path);
}

constexpr int CONTEXTS = 8;

VerdictContext context(int number) {
    VerdictContext c;
    const bool root = number != 1 && number != 6;
    c.cap_sys_admin = c.cap_setuid = c.cap_setgid = c.cap_sys_resource = root;
    c.first_user = root;
    if (number == 2) c.unkillable = true;
    if (number == 3) c.in_exec = true;
    if (number == 4) c.threads_reached = true;
    if (number == 5) c.security_errno = 13;
    if (number == 6) c.nproc_reached = true;
    if (number == 7) c.exec_domain_going = true, c.cap_setgid = false;
    return c;
}

/// Compares the answers for every flag word; the first that differs is printed.
int sweep(Function verdict, int number) {
    const VerdictContext c = context(number);
    std::uint32_t flags = 0;
    do {
        const Verdict got = verdict(flags, c, profile_default);
        const RuleId rule = first_refusal(PlainView{flags, c}, profile_default);
        const int error = rule == RuleId::none       ? 0
                          : rule == RuleId::security ? c.security_errno
                                                     : static_cast<int>(rule_texts[rule].errno_value);
        if (got.refused_by == rule && static_cast<int>(got.error) == error) continue;
        std::printf(
            "context %d, flags %#x: the machine code says rule %d, errno %d; the table rule %d, errno %d\n",
            number, flags, static_cast<int>(got.refused_by), static_cast<int>(got.error),
            static_cast<int>(rule), error);
        return DIFFERENT;
    } while (++flags != 0);
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    if (count != 2) fail("usage: verdict_sweep KERNEL", "arguments");
    const Function verdict = find_verdict(load(arguments[1]), arguments[1]);
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int running = 0, worst = 0;
    auto wait_for_one = [&] {
        int status = 0;
        wait(&status);
        running--;
        const int ended = WIFEXITED(status) ? WEXITSTATUS(status) : SYSTEM_WRONG;
        if (WIFSIGNALED(status)) std::printf("the machine code died by signal %d\n", WTERMSIG(status));
        if (ended > worst) worst = ended;
    };
    for (int i = 0; i < CONTEXTS; i++) {
        if (running == processors) wait_for_one();
        if (fork() == 0) return sweep(verdict, i);
        running++;
    }
    while (running > 0) wait_for_one();
    if (worst == 0)
        std::printf("verdict: 2^32 flag words in %d contexts, native code and rule table agree\n", CONTEXTS);
    return worst;
}
