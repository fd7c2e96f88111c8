#include "kernel/check/leaks.hpp"
#include "kernel/check/checker.hpp"
#include "kernel/check/leak_rows.hpp"
#include "kernel/lib/print.hpp"

namespace forkproof {

namespace {

[[gnu::noinline]] void change_field(const LeakRow& row, Task& child, Task& caller, bool planted) {
    if (row.change)
        row.change(child, caller, planted);
    else
        row.count(child, caller) += planted ? 1U : ~0U;
}

bool differs(const Digest& a, const Digest& b, DigestPart part) {
    const int i = static_cast<int>(part);
    return a.part[i] != b.part[i];
}

/// Whether the right part notices it, or none if it is residue; and that it is as before when it is gone.
bool try_leak(const LeakRow& row, Task& child, Task& caller) {
    const Digest before = take_digest(0);
    change_field(row, child, caller, true);
    const Digest during = take_digest(0);
    change_field(row, child, caller, false);
    const bool residue = row.part == DigestPart::parts;
    const bool good = residue ? during == before : differs(before, during, row.part);
    print("  {-35}{}", row.name, during == before ? "not noticed" : "noticed in");
    for (int i = 0; i < DIGEST_PARTS; i++)
        if (before.part[i] != during.part[i]) print(" {}", digest_part_names[i]);
    print("{}\n", good ? residue ? ", as is allowed" : "" : "  WRONG");
    if (take_digest(0) == before) return good;
    print("  {}: it cannot be taken back\n", row.name);
    return false;
}

} // namespace

void try_all_leaks(Task& child, Task& caller) {
    const LeakRows rows = leak_rows();
    u32 leaks = 0, residues = 0, good = 0;
    for (u32 i = 0; i < rows.count; i++) {
        (rows.row[i].part == DigestPart::parts ? residues : leaks)++;
        if (try_leak(rows.row[i], child, caller)) good++;
    }
    print("provoke=leaks: {} leaks and {} residues planted, {} as they should be\n", leaks, residues, good);
    if (good != rows.count)
        report_violation("restored", "the digest notices what is left behind, and nothing else", "clone",
                         caller, 0);
}

} // namespace forkproof
