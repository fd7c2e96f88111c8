#include "tests/unit/linked_fixture.hpp"

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "boot/image.hpp"

namespace forkproof::tests {
namespace {

constexpr const char* HEADER = R"(
namespace forkproof {
using u32 = unsigned int;
struct Node { Node* next; Node* prev; };
template <class T, Node T::*Member> struct List { Node head; };
enum Mode : u32 { OFF = 0, ON = 3, ALL = 0xffffffff };
enum class Small : unsigned char { low, high = 200 };
enum Signed : int { MINUS = -5, PLUS = 5 };
struct Opaque;
struct Base { u32 of_base; char tag; };
struct Vma : Base {
    Node node;
    bool flag;
    Small small;
    unsigned long long wide;
    u32 grid[2][3];
    char name[5];
    const Opaque* opaque;
    void (*call)(int);
    Vma** handle;
    union { u32 as_word; unsigned char as_byte; };
    u32 low : 3, high : 9;
    Mode mode;
    struct { short x; short y; } places[2];
};
using VmaList = List<Vma, &Vma::node>;
struct Mm { VmaList vmas; const volatile VmaList others[2]; Vma& first; };
extern Mm mm;
__attribute__((noinline)) int overloaded(int);
__attribute__((noinline)) int overloaded(Mm&);
int in_b(int);
}
)";

constexpr const char* FILE_A = R"(
#include "fixture.hpp"
namespace forkproof {
namespace {
struct Slot { u32 a, b; } slots[4];
inline __attribute__((always_inline)) u32 inlined_deep(u32 n) { asm volatile("nop"); return n ^ slots[n & 3].b; }
inline __attribute__((always_inline)) u32 inlined(u32 n) { return inlined_deep(n) + 1; }
__attribute__((noinline)) int twice(int n) { asm volatile(""); return n + 2; }
}
extern Signed sign;
Signed sign = MINUS;
extern Vma first_vma;
Vma first_vma;
Mm mm{{}, {}, first_vma};
constexpr u32 table[3] = {7, 8, 9};
int overloaded(int n) { asm volatile(""); return n + 1; }
int overloaded(Mm& m) { asm volatile(""); return m.first.name[0]; }
struct Counter { __attribute__((noinline)) u32 count() const; u32 n; };
u32 Counter::count() const { asm volatile(""); return n; }
template <class T> __attribute__((noinline)) T shaped(T t) { asm volatile(""); return t; }
extern "C" u32 entry_point(u32 n) {
    static u32 calls = 5;
    calls++;
    slots[n & 3].a = n;
    return inlined(n) + u32(overloaded(int(n))) + u32(overloaded(mm)) + u32(twice(1)) + u32(in_b(2)) +
           Counter{n}.count() + table[n % 3] + shaped(calls) + shaped('x');
}
extern const u32 known[];
const u32 known[] = {
    __builtin_offsetof(Vma, node.next), 4, __builtin_offsetof(Vma, node.prev), 4,
    __builtin_offsetof(Vma, of_base), 4, __builtin_offsetof(Vma, tag), 1,
    __builtin_offsetof(Vma, flag), sizeof(Vma::flag), __builtin_offsetof(Vma, small), sizeof(Vma::small),
    __builtin_offsetof(Vma, wide), 8, __builtin_offsetof(Vma, grid), sizeof(Vma::grid),
    __builtin_offsetof(Vma, grid[1][2]), 4, __builtin_offsetof(Vma, grid[1]), 12,
    __builtin_offsetof(Vma, name), 5, __builtin_offsetof(Vma, name[3]), 1,
    __builtin_offsetof(Vma, opaque), 4, __builtin_offsetof(Vma, call), 4, __builtin_offsetof(Vma, handle), 4,
    __builtin_offsetof(Vma, as_word), 4, __builtin_offsetof(Vma, as_byte), 1,
    __builtin_offsetof(Vma, mode), 4, __builtin_offsetof(Vma, places[1].y), 2,
    __builtin_offsetof(Mm, vmas.head.prev), 4, __builtin_offsetof(Mm, others[1].head.next), 4,
    8 + 2 * 8, 4, // Mm::first, a reference, behind three lists
};
}
)";

constexpr const char* FILE_B = R"(
#include "fixture.hpp"
namespace forkproof {
namespace {
struct Slot { Node link; u32 c; } slots[2];
__attribute__((noinline)) int twice(int n) { slots[n & 1].c++; return 2 * n; }
}
int in_b(int n) { return twice(n) + overloaded(n); }
}
)";

void write(const std::filesystem::path& path, const char* text) { std::ofstream(path) << text; }

std::vector<proofs::u8> build() {
    std::string name = testing::TempDir() + "fixture-XXXXXX";
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a folder for the fixture");
    const std::filesystem::path folder = name;
    write(folder / "fixture.hpp", HEADER);
    write(folder / "a.cpp", FILE_A);
    write(folder / "b.cpp", FILE_B);
    const std::string command = fmt::format(
        "cd {} && g++ -m32 -march=i686 -O1 -g -std=c++20 -ffreestanding -fno-exceptions -fno-rtti "
        "-fno-pic -no-pie -fno-asynchronous-unwind-tables -fcf-protection=none -static -nostdlib "
        "-Wl,-Ttext=0xc0100000 -Wl,--build-id=none -Wl,-e,entry_point -Wl,-z,noexecstack a.cpp b.cpp "
        "-o out >log 2>&1",
        folder.string());
    const int status = std::system(command.c_str());
    std::stringstream log;
    log << std::ifstream(folder / "log").rdbuf();
    std::vector<proofs::u8> bytes;
    if (status == 0) bytes = image::read_file(folder / "out");
    std::filesystem::remove_all(folder);
    if (status != 0) throw std::runtime_error("the fixture is not built:\n" + log.str());
    return bytes;
}

} // namespace

const std::vector<proofs::u8>& linked_fixture() {
    static const std::vector<proofs::u8> bytes = build();
    return bytes;
}

const std::vector<KnownField>& known_fields() {
    static const std::vector<KnownField> fields = {
        {"Vma", "node.next"},   {"Vma", "node.prev"},     {"Vma", "of_base"},
        {"Vma", "tag"},         {"Vma", "flag"},          {"Vma", "small"},
        {"Vma", "wide"},        {"Vma", "grid"},          {"Vma", "grid[1][2]"},
        {"Vma", "grid[1]"},     {"Vma", "name"},          {"Vma", "name[3]"},
        {"Vma", "opaque"},      {"Vma", "call"},          {"Vma", "handle"},
        {"Vma", "as_word"},     {"Vma", "as_byte"},       {"Vma", "mode"},
        {"Vma", "places[1].y"}, {"Mm", "vmas.head.prev"}, {"Mm", "others[1].head.next"},
        {"Mm", "first"},
    };
    return fields;
}

} // namespace forkproof::tests
