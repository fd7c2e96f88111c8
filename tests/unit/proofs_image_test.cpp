// The kernel's file as the prover sees it: names, lines, bytes, mutants, and what is on the disk.
#include "proofs/image/dwarf.hpp"
#include "proofs/image/elf.hpp"
#include "proofs/image/names.hpp"
#include "tests/unit/linked_fixture.hpp"

#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

#include "boot/image.hpp"

namespace forkproof::tests {
namespace {

using namespace forkproof::proofs;

const char* const KERNEL = "build/kernel.elf";

template <class Ask>
std::string refusal(Ask ask) {
    try {
        ask();
    } catch (const BadImage& bad) {
        return bad.what();
    }
    return "";
}

struct ImageOfTheFixture : testing::Test {
    Image image{ElfFile("fixture", linked_fixture())};
};

struct ImageOfTheKernel : testing::Test {
    static const Image& kernel() {
        static const Image loaded = Image::load(KERNEL);
        return loaded;
    }
};

TEST(Names, AreThoseThatPeopleSay) {
    const auto said = [](const char* symbol) { return name_without_arguments(name_with_arguments(symbol)); };
    EXPECT_EQ(said("entry_syscall"), "entry_syscall");
    EXPECT_EQ(said("_ZN9forkproof4Lock4lockEv"), "Lock::lock");
    EXPECT_EQ(said("_ZN9forkproof12_GLOBAL__N_15beginEv"), "begin");
    EXPECT_EQ(said("_ZN9forkproof9symbol_atEj.part.0"), "symbol_at.part.0");
    EXPECT_EQ(said("_ZN9forkproof9symbol_atEj.isra.0.cold"), "symbol_at.isra.0.cold");
    EXPECT_EQ(name_with_arguments("_ZN9forkproof9symbol_atEj.part.0"), "symbol_at(unsigned int).part.0");
    EXPECT_EQ(said("_ZN9forkproof5printIJjEEEvNS_4TextEDpRKT_"), "print<unsigned int>");
    EXPECT_EQ(said("_ZNK9forkproof7Counter5countEv"), "Counter::count");
    EXPECT_EQ(said("_ZNK9forkproof1AclEi"), "A::operator()");
    EXPECT_EQ(said("_ZN9forkproof1AltERKS0_"), "A::operator<");
    EXPECT_EQ(said("_Znwj"), "operator new");
    EXPECT_EQ(said("_ZZN9forkproof12print_piecesENS_4TextEPKNS_9PrintableEjENUlPvS0_E_4_FUNES4_S0_"),
              "print_pieces::{lambda#1}::_FUN");
    EXPECT_EQ(said("_ZZN9forkproof11fill_randomERA16_hE5state"), "fill_random::state");
    EXPECT_EQ(said("_Z"), "_Z"); // not a mangled name after all
}

TEST_F(ImageOfTheFixture, OverloadsClonesAndFilesAreToldApart) {
    EXPECT_EQ(image.functions_named("overloaded").size(), 2U);
    const std::string overloads = refusal([&] { (void)image.function("overloaded"); });
    EXPECT_NE(overloads.find("overloaded(int)@a.cpp"), std::string::npos) << overloads;
    EXPECT_NE(image.function("overloaded(int)").address, image.function("overloaded(Mm&)").address);
    EXPECT_NE(refusal([&] { (void)image.function("twice"); }), "");
    EXPECT_NE(image.function("twice@a.cpp").address, image.function("twice@b.cpp").address);
    EXPECT_EQ(image.function("Counter::count").name, "Counter::count");
    EXPECT_EQ(image.function("shaped<char>").with_arguments, "char shaped<char>(char)");
    EXPECT_EQ(refusal([&] { (void)image.function("nobody"); }), "fixture: the kernel has no function nobody");
    EXPECT_EQ(refusal([&] { (void)image.function("mm"); }), "fixture: the kernel has no function mm");
    EXPECT_NE(refusal([&] { (void)image.symbol("slots"); }), "");
    EXPECT_NE(image.symbol("slots@a.cpp"), image.symbol("slots@b.cpp"));
}

TEST_F(ImageOfTheFixture, InlinedFunctionsAreNamedFromTheInnermostOut) {
    const Function& entry = image.function("entry_point");
    const std::vector<std::string> deepest = {"inlined_deep", "inlined", "entry_point"};
    unsigned found = 0;
    for (u32 at = entry.address; at < entry.end(); at++)
        if (image.byte(at) == 0x90 && image.inlined_at(at) == deepest) found++; // the nop of inlined_deep
    EXPECT_EQ(found, 1U);
    EXPECT_EQ(image.inlined_at(entry.address), std::vector<std::string>{"entry_point"});
    EXPECT_TRUE(image.inlined_at(image.symbol("mm")).empty());
}

TEST_F(ImageOfTheFixture, AddressesHaveNames) {
    EXPECT_EQ(image.name_of(image.symbol("mm") + 8), "mm+0x8");
    EXPECT_EQ(image.name_of(image.symbol("entry_point::calls")), "entry_point::calls");
    EXPECT_EQ(image.name_of(image.symbol("entry_point") + 0x1c), "entry_point+0x1c");
    EXPECT_EQ(image.name_of(0x1234), "0x00001234");
    EXPECT_EQ(image.line_of(0x1234), "");
    EXPECT_EQ(image.function_at(image.symbol("mm")), nullptr);
}

TEST_F(ImageOfTheFixture, AMutantIsACopyWithOtherBytes) {
    const u32 at = image.symbol("table");
    Image mutant = image;
    const u8 bytes[] = {0xde, 0xc0};
    mutant.patch(at + 3, bytes);
    EXPECT_EQ(image.word(at), 7U);
    EXPECT_EQ(mutant.word(at), 0xde000007U);
    EXPECT_EQ(mutant.word(at + 4), 0x000000c0U); // was 8
    EXPECT_EQ(mutant.byte(at + 4), 0xc0);
    u8 read[6] = {};
    EXPECT_EQ(mutant.read(at + 2, read), 6U);
    EXPECT_EQ(read[1], 0xde);
    EXPECT_EQ(read[2], 0xc0);
    EXPECT_NE(mutant.hash(), image.hash());

    Image other_order = image;
    other_order.patch(at + 4, std::span(bytes).subspan(1));
    other_order.patch(at + 3, std::span(bytes).first(1));
    EXPECT_EQ(other_order.hash(), mutant.hash());
    const u8 linked[] = {0, 8};
    mutant.patch(at + 3, linked);
    EXPECT_EQ(mutant.hash(), image.hash());
}

TEST_F(ImageOfTheFixture, BytesOutsideSectionsAreRefused) {
    const Section& last = image.sections().back();
    const u32 end = last.address + last.size;
    ASSERT_TRUE(last.zero);
    EXPECT_EQ(image.byte(end - 1), 0);
    EXPECT_TRUE(image.holds(end - 4, 4));
    EXPECT_FALSE(image.holds(end - 4, 5));
    EXPECT_FALSE(image.holds(end - 4, ~0U));
    EXPECT_FALSE(image.holds(~0U, 2));
    EXPECT_NE(refusal([&] { (void)image.word(end - 3); }), "");
    EXPECT_NE(refusal([&] { (void)image.byte(0); }), "");
    const u8 bytes[] = {1, 2};
    Image mutant = image;
    EXPECT_NE(refusal([&] { mutant.patch(end - 1, bytes); }), "");
    EXPECT_EQ(mutant.hash(), image.hash()) << "nothing of a refused patch is kept";
}

TEST_F(ImageOfTheKernel, EveryExecutableByteBelongsToOneFunction) {
    for (const Section& section : kernel().sections()) {
        if (!section.executable) continue;
        u32 next = section.address;
        for (const Function& function : kernel().functions()) {
            if (function.address < section.address || function.address >= section.address + section.size)
                continue;
            EXPECT_EQ(function.address, next) << function.name;
            EXPECT_GT(function.size, 0U) << function.name;
            EXPECT_LT(function.filling, 16U) << function.name;
            EXPECT_EQ(kernel().function_at(function.address), &function);
            EXPECT_EQ(kernel().function_at(function.end() + function.filling - 1), &function);
            next = function.end() + function.filling;
        }
        EXPECT_EQ(next, section.address + section.size);
    }
    // Labels that other code jumps to, in the middle of a function of the assembly file.
    EXPECT_EQ(kernel().function("leave_kernel").end(), kernel().function("leave_to_user").address);
    EXPECT_EQ(kernel().inlined_at(kernel().symbol("leave_to_user")),
              std::vector<std::string>{"leave_to_user"});
}

// build/kernel.sym is made by nm and c++filt.
TEST_F(ImageOfTheKernel, FunctionsAreCalledAsInTheSymbolFile) {
    std::ifstream file("build/kernel.sym");
    std::map<u32, std::set<std::string>> names;
    std::string address, name;
    while (file >> address >> name) names[static_cast<u32>(std::stoul(address, nullptr, 16))].insert(name);
    unsigned compared = 0;
    for (const Function& function : kernel().functions()) {
        if (function.name.find_first_of("<{.") != std::string::npos) continue; // the file says less, or more
        EXPECT_TRUE(names[function.address].contains(function.name)) << function.name;
        EXPECT_EQ(&kernel().function(function.with_arguments), &function);
        compared++;
    }
    EXPECT_GT(compared, 500U);
    for (const char* object : {"rq", "current_task", "steps", "frames"})
        EXPECT_TRUE(names[kernel().symbol(object)].contains(object)) << object;
}

// kernel/arch/layout.inc says the offsets again, for the assembly files.
TEST_F(ImageOfTheKernel, LayoutsAgreeWithTheAssemblyFiles) {
    const Layouts layouts = Layouts::load(KERNEL);
    for (const char* path : {"bx", "cx", "dx", "si", "di", "bp", "ax", "ds", "es", "fs", "gs", "orig_ax",
                             "ip", "cs", "flags", "sp", "ss"})
        EXPECT_EQ(layouts.field("PtRegs", path).offset, kernel().symbol(std::string("PtRegs.") + path))
            << path;
    EXPECT_EQ(layouts.size_of("PtRegs"), kernel().symbol("PtRegs_size"));
    EXPECT_EQ(layouts.field("Thread", "sp").offset, kernel().symbol("Thread.sp"));
    EXPECT_EQ(layouts.field("Task", "thread.ip").offset,
              layouts.field("Task", "thread").offset + kernel().symbol("Thread.ip"));
    EXPECT_EQ(layouts.type_of_variable("rq"), "Runqueue");
    EXPECT_EQ(layouts.type_of_variable("task_counts"), "TaskCounts");
    EXPECT_EQ(layouts.field("Mm", "vmas.head.next").pointee, "ListNode");
    const u32 link = layouts.field("Task", "pids[1].node.next").offset;
    EXPECT_EQ(layouts.name_at("Task", link), "pids[1].node.next");
    EXPECT_EQ(layouts.field("Task", "signal").pointee, "Signal");
}

TEST_F(ImageOfTheKernel, LinesAreThoseThatTheFunctionsAreWrittenIn) {
    for (const char* name : {"acquire_files", "sched_fork", "Lock::lock", "switch_context", "kernel_entry"}) {
        const std::string place = kernel().line_of(kernel().function(name).address);
        const std::size_t colon = place.rfind(':');
        ASSERT_NE(colon, std::string::npos) << name;
        std::ifstream source(place.substr(0, colon));
        std::string before, line;
        for (int left = std::stoi(place.substr(colon + 1)); left > 0; left--) {
            before = line;
            ASSERT_TRUE(std::getline(source, line)) << place;
        }
        const std::string bare = std::string(name).substr(std::string(name).rfind(':') + 1);
        EXPECT_NE((before + line).find(bare), std::string::npos) << place << ": " << line;
    }
}

TEST_F(ImageOfTheKernel, IsWhatTheDiskImageBoots) {
    EXPECT_EQ(refusal([] { check_disk_image(kernel(), "build/forkproof.img"); }), "");
    Image mutant = kernel();
    const u32 first = kernel().symbol("acquire_files") + 5;
    const u8 other = static_cast<u8>(kernel().byte(first) ^ 1);
    const u8 one[] = {1};
    mutant.patch(kernel().symbol("current_task"), one); // in .bss
    mutant.patch(first, {&other, 1});
    const std::string complaint = refusal([&] { check_disk_image(mutant, "build/forkproof.img"); });
    EXPECT_NE(complaint.find("(acquire_files+0x5)"), std::string::npos) << complaint;
    EXPECT_NE(refusal([] { check_disk_image(kernel(), "build/kernel.elf"); }), "");
    EXPECT_NE(refusal([] { check_disk_image(kernel(), "build/nothing.img"); }), "");
}

TEST_F(ImageOfTheKernel, AKernelThatIsLoadedElsewhereIsAnother) {
    const std::vector<u8> boots = forkproof::image::read_file("build/kernel.boot.elf");
    EXPECT_EQ(refusal([&] { check_loadable(kernel(), ElfFile("boots", boots)); }), "");
    const auto changed = [&](std::size_t offset) {
        std::vector<u8> bytes = boots;
        bytes[offset] ^= 0x10;
        return refusal([&] { check_loadable(kernel(), ElfFile("boots", bytes)); });
    };
    Elf32_Ehdr header;
    std::memcpy(&header, boots.data(), sizeof header);
    EXPECT_NE(changed(offsetof(Elf32_Ehdr, e_entry)), "");
    for (unsigned i = 0; i < header.e_phnum; i++) {
        const std::size_t at = header.e_phoff + i * sizeof(Elf32_Phdr);
        EXPECT_NE(changed(at + offsetof(Elf32_Phdr, p_type)), "");
        EXPECT_NE(changed(at + offsetof(Elf32_Phdr, p_vaddr)), "");
        EXPECT_NE(changed(at + offsetof(Elf32_Phdr, p_paddr)), "");
        EXPECT_NE(changed(at + offsetof(Elf32_Phdr, p_filesz)), "");
        Elf32_Phdr segment;
        std::memcpy(&segment, &boots[at], sizeof segment);
        EXPECT_NE(changed(segment.p_offset), "");
        EXPECT_NE(changed(segment.p_offset + segment.p_filesz - 1), "");
    }
}

} // namespace
} // namespace forkproof::tests
