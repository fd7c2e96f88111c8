// Counting before judging: who is on which list, and how often each object is held.
#include "kernel/check/view.hpp"
#include "kernel/mm/cache.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

Census census;

namespace {

/// Adds one holder to each object visited; remembers the first pointer to something that is not alive.
struct Tally : ReferenceVisitor {
    void visit(Kind kind, const void* object, const char* field) override {
        if (is_live(kind, object)) {
            checker_mark(object)++;
        } else if (!census.dangling) {
            census.dangling = object;
            census.dangling_kind = kind;
            census.dangling_field = field;
        }
    }
};

void count_children(const Task& parent) {
    auto& children = children_of(parent);
    for (Task& child : children) {
        census.children++;
        if (!is_live(&child) || child.real_parent != &parent || census.children > live_objects(Kind::task)) {
            census.list_is_sound = false;
            return;
        }
        child.seen_as_child = census.number;
    }
}

/// Walks the list of all tasks; a loop or a dead member ends the walk.
void count_tasks() {
    const u32 most = live_objects(Kind::task);
    for_each_task([&](Task& t) {
        if (!census.list_is_sound) return;
        if (!is_live(&t) || t.seen_listed == census.number || census.tasks >= most) {
            census.list_is_sound = false;
            return;
        }
        t.seen_listed = census.number;
        census.tasks++;
        if (thread_group_leader(t)) census.leaders++;
    });
}

} // namespace

void take_census(const Task* half_made) {
    const u32 number = census.number + 1;
    census = Census{};
    census.number = number;
    census.half_made = half_made;
    clear_checker_marks();
    count_tasks();
    count_children(init_task);
    if (census.list_is_sound) for_each_task([](Task& t) { count_children(t); });
    for_each_runnable(
        [](void*, Task& t) {
            t.seen_on_runqueue = census.number;
            census.runqueue_length++;
        },
        nullptr);

    Tally tally;
    for_each_root_reference(tally);
    // Every task that exists holds what it holds, on the list or not: the half-made child, and who is just
    // dying.
    for_each_live(
        Kind::task,
        [](void* v, void* t) {
            const bool published = t != census.half_made;
            for_each_reference_of_task(*static_cast<Task*>(t), published, *static_cast<Tally*>(v));
        },
        &tally);
    for (int k = 0; k < KIND_COUNT; k++) {
        if (static_cast<Kind>(k) == Kind::task) continue;
        struct Context {
            Kind kind;
            Tally* tally;
        } context{static_cast<Kind>(k), &tally};
        for_each_live(
            context.kind,
            [](void* c, void* object) {
                const auto& in = *static_cast<Context*>(c);
                for_each_reference_of(in.kind, object, *in.tally);
            },
            &context);
    }
}

} // namespace forkproof
