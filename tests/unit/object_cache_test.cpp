// The object caches, on the host: what is alive is known, and misuse is a panic.
#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <vector>

#include "kernel/mm/cache.hpp"
#include "tests/unit/host_machine.hpp"

namespace forkproof::tests {
namespace {

u32 size_of(Kind kind) { return kind_sizes[static_cast<int>(kind)]; }

std::vector<Kind> all_kinds() {
    std::vector<Kind> kinds;
    kinds.reserve(KIND_COUNT);
    for (int k = 0; k < KIND_COUNT; k++) kinds.push_back(static_cast<Kind>(k));
    return kinds;
}

std::vector<void*> living(Kind kind) {
    std::vector<void*> found;
    for_each_live(
        kind, [](void* to, void* object) { static_cast<std::vector<void*>*>(to)->push_back(object); },
        &found);
    std::sort(found.begin(), found.end());
    return found;
}

class ObjectCache : public testing::Test {
  protected:
    void SetUp() override { start_machine(); }
    void TearDown() override {
        for (const Kind kind : all_kinds())
            EXPECT_EQ(live_objects(kind), 0U) << kind_names[static_cast<int>(kind)];
        // at most one slab a kind is kept for the next object
        EXPECT_LE(frame_totals().used[static_cast<int>(FrameUse::slab)], static_cast<u32>(KIND_COUNT));
    }
};

TEST_F(ObjectCache, MakesObjectsOfEveryKind) {
    for (const Kind kind : all_kinds()) {
        std::vector<void*> made;
        for (int i = 0; i < 300; i++) {
            void* object = kmem_alloc(kind);
            ASSERT_NE(object, nullptr);
            ASSERT_EQ(reinterpret_cast<std::uintptr_t>(object) % 16, 0U) << "FXSAVE needs 16";
            ASSERT_TRUE(is_live(kind, object));
            std::memset(object, static_cast<int>(i), size_of(kind));
            made.push_back(object);
        }
        EXPECT_EQ(live_objects(kind), 300U);
        for (int i = 0; i < 300; i++) { // nobody wrote into another's bytes
            const auto* bytes = static_cast<const u8*>(made[static_cast<std::size_t>(i)]);
            for (u32 at = 0; at < size_of(kind); at++) ASSERT_EQ(bytes[at], static_cast<u8>(i));
        }
        std::vector<void*> sorted = made;
        std::sort(sorted.begin(), sorted.end());
        EXPECT_EQ(living(kind), sorted);
        for (void* object : made) kmem_free(kind, object);
        EXPECT_TRUE(living(kind).empty());
    }
}

TEST_F(ObjectCache, AFreedObjectBeginsWithPoison) {
    for (const Kind kind : all_kinds()) {
        void* object = kmem_alloc(kind);
        std::memset(object, 0, size_of(kind));
        kmem_free(kind, object);
        EXPECT_FALSE(is_live(kind, object));
        u8 poison[POISONED_BYTES];
        for (u32 i = 0; i < POISONED_BYTES; i++)
            poison[i] = reinterpret_cast<const u8*>(&POISON)[i % sizeof POISON];
        // its first two bytes name the next free object
        EXPECT_EQ(std::memcmp(static_cast<u8*>(object) + 2, poison + 2, POISONED_BYTES - 2), 0);
    }
}

TEST_F(ObjectCache, FreeingTwiceIsAPanic) {
    void* kept = kmem_alloc(Kind::fs);
    void* object = kmem_alloc(Kind::fs);
    kmem_free(Kind::fs, object);
    EXPECT_THROW(kmem_free(Kind::fs, object), KernelPanic);
    kmem_free(Kind::fs, kept);
}

TEST_F(ObjectCache, FreeingAsAnotherKindIsAPanic) {
    void* object = kmem_alloc(Kind::fs);
    EXPECT_THROW(kmem_free(Kind::files, object), KernelPanic);
    kmem_free(Kind::fs, object);
}

TEST_F(ObjectCache, FreeingWhatIsNoObjectIsAPanic) {
    char* object = static_cast<char*>(kmem_alloc(Kind::fs));
    char* page = static_cast<char*>(page_of(alloc_frame(FrameUse::user)));
    std::memset(page, 0, PAGE_SIZE);
    char* slab =
        reinterpret_cast<char*>(reinterpret_cast<std::uintptr_t>(object) & ~std::uintptr_t{PAGE_SIZE - 1});
    const u32 last = PAGE_SIZE - 16; // behind the last object, or within it
    for (char* stranger : {object + 1, object + 16, slab, slab + 16, slab + last, page, page + 512}) {
        EXPECT_FALSE(is_live(Kind::fs, stranger)) << static_cast<void*>(stranger);
        EXPECT_THROW(kmem_free(Kind::fs, stranger), KernelPanic) << static_cast<void*>(stranger);
    }
    put_frame(pfn(to_physical(page)));
    kmem_free(Kind::fs, object);
}

TEST_F(ObjectCache, NoPointerIsTooWildToAskAbout) {
    for (const std::uintptr_t address :
         {std::uintptr_t{0}, std::uintptr_t{0x08048000}, std::uintptr_t{0xbffffffc},
          std::uintptr_t{PAGE_OFFSET}, std::uintptr_t{PAGE_OFFSET + 0xb8000},
          std::uintptr_t{PAGE_OFFSET + MACHINE_BYTES}, std::uintptr_t{0xfffffffc}})
        for (const Kind kind : all_kinds())
            EXPECT_FALSE(is_live(kind, reinterpret_cast<void*>(address))) << std::hex << address;
}

TEST_F(ObjectCache, ThePanicNamesTheKind) {
    void* object = kmem_alloc(Kind::nsproxy);
    try {
        kmem_free(Kind::task, object);
        ADD_FAILURE() << "no panic";
    } catch (const KernelPanic& panic) {
        EXPECT_NE(std::string(panic.what()).find("is no task"), std::string::npos) << panic.what();
    }
    kmem_free(Kind::nsproxy, object);
}

TEST_F(ObjectCache, WithoutMemoryThereIsNullAndNothingChanges) {
    std::vector<Pfn> frames;
    for (Pfn f; (f = alloc_frame(FrameUse::other)) != Pfn::none;) frames.push_back(f);
    std::vector<void*> made; // what the kept slabs have room for
    for (void* object; (object = kmem_alloc(Kind::sighand)) != nullptr;) made.push_back(object);
    const u32 live = live_objects(Kind::sighand);
    EXPECT_EQ(live, made.size());
    EXPECT_EQ(kmem_alloc(Kind::sighand), nullptr);
    EXPECT_EQ(live_objects(Kind::sighand), live);
    for (const Pfn f : frames) put_frame(f);
    void* object = kmem_alloc(Kind::sighand);
    EXPECT_NE(object, nullptr);
    kmem_free(Kind::sighand, object);
    for (void* o : made) kmem_free(Kind::sighand, o);
}

TEST_F(ObjectCache, AgreesWithASimpleModelOverRandomUse) {
    std::mt19937 random(2633);
    std::map<void*, std::pair<Kind, u8>> model; // what is alive, and what was written into it
    const std::vector<Kind> kinds = all_kinds();
    for (int round = 0; round < 40000; round++) {
        const bool grow = model.size() < 500 ? random() % 3 != 0 : random() % 3 == 0;
        if (grow || model.empty()) {
            const Kind kind = kinds[random() % kinds.size()];
            void* object = kmem_alloc(kind);
            ASSERT_NE(object, nullptr);
            const auto mark = static_cast<u8>(random());
            std::memset(object, mark, size_of(kind));
            ASSERT_TRUE(model.emplace(object, std::pair{kind, mark}).second)
                << "a living object was given out";
        } else {
            auto it = model.lower_bound(reinterpret_cast<void*>(PAGE_OFFSET + random() % MACHINE_BYTES));
            if (it == model.end()) it = model.begin();
            const auto [kind, mark] = it->second;
            const auto* bytes = static_cast<const u8*>(it->first);
            ASSERT_TRUE(std::all_of(bytes, bytes + size_of(kind), [m = mark](u8 b) { return b == m; }));
            kmem_free(kind, it->first);
            model.erase(it);
        }
    }
    for (const Kind kind : kinds) {
        std::vector<void*> expected;
        for (const auto& [object, what] : model)
            if (what.first == kind) expected.push_back(object);
        EXPECT_EQ(living(kind), expected);
    }
    for (const auto& [object, what] : model) kmem_free(what.first, object);
}

TEST_F(ObjectCache, MarksAreTheCheckersAndAreCleared) {
    void* a = kmem_alloc(Kind::mm);
    void* b = kmem_alloc(Kind::mm);
    clear_checker_marks();
    checker_mark(a) = 7;
    checker_mark(b) = 9;
    EXPECT_EQ(checker_mark(a), 7);
    EXPECT_EQ(checker_mark(b), 9);
    clear_checker_marks();
    EXPECT_EQ(checker_mark(a), 0);
    EXPECT_EQ(checker_mark(b), 0);
    kmem_free(Kind::mm, a);
    kmem_free(Kind::mm, b);
}

} // namespace
} // namespace forkproof::tests
