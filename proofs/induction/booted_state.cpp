#include "proofs/induction/booted_state.hpp"
#include "proofs/theorem.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace forkproof::proofs::induction {
namespace {

constexpr u32 PAGE_OFFSET = 0xc0000000, PAGE_SIZE = 4096;            // kernel/arch/layout.inc
constexpr u32 MAX_RT_PRIO = 100;                                     // linux-2.6.33 linux/sched.h
constexpr std::uint64_t CAP_FULL_SET = (std::uint64_t{1} << 34) - 1; // kernel/task/cred.hpp
constexpr u32 OBJECT_ALIGNMENT = 16;                                 // kernel/mm/cache.cpp
constexpr std::size_t MOST_TASKS = 1000;                             // a list that is longer goes in a circle

/// An object in the kernel's memory; address 0 is null.
struct Thing {
    u32 address;
    std::string type;
    explicit operator bool() const { return address != 0; }
};

class Reader {
  public:
    Reader(const MemoryDump& memory, const Image& image, const Layouts& layouts)
        : memory_(memory), image_(image), layouts_(layouts) {}

    BootedState read() {
        idle_ = {image_.symbol("init_task"), "Task"};
        walk_tasks();
        for (const Thing& task : tasks_) names_[task.address] = name_of(task);
        for (const Thing& task : tasks_) s_.tasks.push_back(names_.at(task.address));
        for (const Thing& task : tasks_) name_objects(task, names_.at(task.address));
        name_objects(idle_, "idle");
        for (const Thing& task : tasks_) say_task(task);
        for (const auto& [kind, thing] : objects_) say_object(kind, thing);
        say_counts();
        check_that_nothing_else_lives();
        say_ghosts(s_);
        return {std::move(s_), std::move(problems_)};
    }

  private:
    [[nodiscard]] std::uint64_t get(const Thing& of, const std::string& field) const {
        const proofs::Field& f = layouts_.field(of.type, field);
        return memory_.read(of.address + f.offset, f.size);
    }
    [[nodiscard]] Thing follow(const Thing& of, const std::string& field) const {
        const proofs::Field& f = layouts_.field(of.type, field);
        return {static_cast<u32>(memory_.read(of.address + f.offset, f.size)), f.pointee};
    }
    [[nodiscard]] long global(const char* symbol, const char* field) const {
        const std::string& type = layouts_.type_of_variable(symbol);
        if (*field == '\0')
            return static_cast<long>(memory_.read(image_.symbol(symbol), layouts_.size_of(type)));
        return static_cast<long>(get({image_.symbol(symbol), type}, field));
    }
    [[nodiscard]] std::uint64_t constant(const char* enumeration, const std::string& name) const {
        for (const auto& [is, value] : layouts_.enumerators(enumeration))
            if (is == name) return static_cast<std::uint64_t>(value);
        throw BadImage(fmt::format("the kernel's {} has no {}", enumeration, name));
    }
    /// The tasks whose `node` stands in the ring that begins at this address.
    [[nodiscard]] std::vector<Thing> ring(u32 head, const char* node) const {
        std::vector<Thing> all;
        const u32 offset = layouts_.field("Task", node).offset;
        for (u32 at = next(head); at != head; at = next(at)) {
            all.push_back({at - offset, "Task"});
            if (all.size() > MOST_TASKS)
                throw NotProved{Outcome::refuted, {fmt::format("the list of {} does not end", node)}};
        }
        return all;
    }
    [[nodiscard]] u32 next(u32 node) const { return static_cast<u32>(memory_.read(node, sizeof(u32))); }
    [[nodiscard]] u32 address_of(const Thing& of, const char* field) const {
        return of.address + layouts_.field(of.type, field).offset;
    }

    void walk_tasks() {
        for (const Thing& leader : ring(address_of(idle_, "tasks"), "tasks")) {
            tasks_.push_back(leader);
            for (const Thing& thread : ring(address_of(leader, "thread_group"), "thread_group"))
                tasks_.push_back(thread);
        }
        std::sort(tasks_.begin(), tasks_.end(),
                  [&](const Thing& a, const Thing& b) { return get(a, "pid") < get(b, "pid"); });
    }
    [[nodiscard]] std::string name_of(const Thing& task) const {
        const std::uint64_t number = get(task, "pid");
        return number == 1 ? "init" : number == 2 ? "kthreadd" : fmt::format("task_{}", number);
    }
    /// The name of a task or an object; idle is nobody.
    std::string name(const Thing& thing, const char* null) {
        if (!thing) return null;
        if (thing.address == idle_.address) return "nobody";
        const auto found = names_.find(thing.address);
        if (found != names_.end()) return found->second;
        problems_.push_back(fmt::format("{:#x} is no {} that a task holds", thing.address, thing.type));
        return fmt::format("{:#x}", thing.address);
    }
    std::string task_name(const Thing& task) { return name(task, "nobody"); }
    std::string object_name(const Thing& object) { return name(object, "nil"); }

    void name_one(const std::string& holder, const char* kind, const Thing& thing) {
        if (!thing || names_.count(thing.address) != 0) return;
        names_[thing.address] = fmt::format("{}_{}", holder, kind);
        s_.objects.push_back({names_[thing.address], kind});
        objects_.emplace_back(kind, thing);
        if (!is_alive(kind, thing)) problems_.push_back(names_[thing.address] + " is held and not alive");
    }
    void name_objects(const Thing& task, const std::string& holder) {
        for (const char* kind : {"signal", "sighand", "mm", "fs", "nsproxy"})
            name_one(holder, kind, follow(task, kind));
        name_one(holder, "undo", follow(task, "sysvsem"));
        const Thing user = follow(follow(task, "cred"), "user");
        name_one(holder, "user", user);
        name_one(holder, "user_ns", follow(user, "user_ns"));
        name_one(holder, "pid_ns", pid_ns(task));
        if (const Thing proxy = follow(task, "nsproxy")) {
            name_one(holder, "mnt_ns", follow(proxy, "mnt_ns"));
            name_one(holder, "ipc_ns", follow(proxy, "ipc_ns"));
        }
    }
    [[nodiscard]] Thing pid_ns(const Thing& task) const {
        const Thing pid = follow(task, "pids[0].pid");
        return follow(pid, fmt::format("numbers[{}].ns", get(pid, "level")));
    }
    /// As kernel/mm/cache.cpp is_live.
    [[nodiscard]] bool is_alive(const std::string& kind, const Thing& thing) const {
        const Thing slab{thing.address & ~(PAGE_SIZE - 1), "Slab"};
        const u32 head = (layouts_.size_of("Slab") + OBJECT_ALIGNMENT - 1) & ~(OBJECT_ALIGNMENT - 1);
        const std::uint64_t size = get(slab, "object_size");
        if (get(slab, "self") != slab.address || get(slab, "kind") != constant("Kind", kind) || size == 0)
            return false;
        const std::uint64_t offset = thing.address - slab.address - head;
        return offset % size == 0 && offset / size < get(slab, "capacity") &&
               get(slab, fmt::format("alive[{}]", offset / size)) != 0;
    }

    [[nodiscard]] bool is_exiting(const Thing& task) const {
        return (get(task, "flags") & constant("TaskFlags", "PF_EXITING")) != 0;
    }
    /// In whose list of children it stands.
    std::string list_of(const Thing& task) {
        std::string found;
        auto look = [&](const Thing& parent) {
            for (const Thing& child : ring(address_of(parent, "children"), "sibling"))
                if (child.address == task.address) {
                    if (!found.empty()) problems_.push_back(task_name(task) + " is in two lists of children");
                    found = task_name(parent);
                }
        };
        look(idle_);
        for (const Thing& parent : tasks_) look(parent);
        if (found.empty() && follow(task, "group_leader").address == task.address)
            problems_.push_back(task_name(task) + " is in nobody's list of children");
        return found.empty() ? "nobody" : found;
    }
    void say_task(const Thing& t) {
        const std::string me = task_name(t);
        const Thing cred = follow(t, "cred"), pid = follow(t, "pids[0].pid");
        s_.say("listed", me, true);
        s_.say("leader", me, task_name(follow(t, "group_leader")));
        s_.say("parent", me, task_name(follow(t, "real_parent")));
        s_.say("list_of", me, list_of(t));
        s_.say("pid", me, static_cast<long>(get(t, "pid")));
        s_.say("tgid", me, static_cast<long>(get(t, "tgid")));
        s_.say("age", me, static_cast<long>(get(t, "serial")));
        for (const char* kind : {"signal", "sighand", "mm", "fs", "nsproxy"})
            s_.say(kind, me, object_name(follow(t, kind)));
        s_.say("undo", me, object_name(follow(t, "sysvsem")));
        s_.say("user", me, object_name(follow(cred, "user")));
        s_.say("pid_ns", me, object_name(pid_ns(t)));
        s_.say("zombie", me, get(t, "exit_state") == constant("ExitState", "EXIT_ZOMBIE"));
        s_.say("exiting", me, is_exiting(t));
        const bool kthread = (get(t, "flags") & constant("TaskFlags", "PF_KTHREAD")) != 0;
        s_.say("kernel", me, kthread && !follow(t, "mm"));
        s_.say("first_in_ns", me, get(pid, fmt::format("numbers[{}].nr", get(pid, "level"))) == 1);
        s_.say("exit_signal", me, static_cast<long>(get(t, "exit_signal")));
        s_.say("exit_signal_chooser", me, static_cast<long>(get(t, "exit_signal_chooser")));
        s_.say("rt_prio", me, get(t, "prio") < MAX_RT_PRIO);
        const std::uint64_t policy = get(t, "policy");
        s_.say("rt_policy", me,
               policy == constant("Policy", "SCHED_FIFO") || policy == constant("Policy", "SCHED_RR"));
        s_.say("reset_on_fork", me, get(t, "sched_reset_on_fork") != 0);
        if (follow(t, "vfork_done")) problems_.push_back(me + " is a vfork child");
        s_.say("vfork_waiter", me, "nobody");
        s_.say("sleeps", me, false); // for a vfork child, of which there is none
        s_.say("execs", me, static_cast<bool>(follow(t, "bprm")));
        s_.say("caps", me, get(cred, "cap_effective") == CAP_FULL_SET);
        s_.say("root", me, get(cred, "uid") == 0);
    }

    /// How many hold it: tasks, and idle.
    [[nodiscard]] long holders(const std::string& field, const Thing& object) const {
        auto holds = [&](const Thing& t) { return follow(t, field).address == object.address; };
        return std::count_if(tasks_.begin(), tasks_.end(), holds) + (holds(idle_) ? 1 : 0);
    }
    void say_object(const std::string& kind, const Thing& o) {
        const std::string me = object_name(o);
        for (const char* counted : {"signal", "sighand", "mm", "fs", "nsproxy", "undo"}) {
            if (kind != counted) continue;
            const bool users = kind == "mm" || kind == "fs";
            s_.say(kind + "_count", me, static_cast<long>(get(o, users ? "users" : "count")));
            s_.say(kind + "_holders", me, holders(kind == "undo" ? "sysvsem" : kind, o));
        }
        if (kind == "signal") {
            s_.say("unkillable", me, (get(o, "flags") & constant("SignalFlags", "SIGNAL_UNKILLABLE")) != 0);
            s_.say("live", me, static_cast<long>(get(o, "live")));
            const long living = std::count_if(tasks_.begin(), tasks_.end(), [&](const Thing& t) {
                return follow(t, "signal").address == o.address && !is_exiting(t);
            });
            s_.say("living", me, living + (follow(idle_, "signal").address == o.address ? 1 : 0));
        } else if (kind == "sighand") {
            s_.say("handler_mm", me, has_handler(o) ? "somebody's" : "nil");
        } else if (kind == "fs") {
            for (const char* place : {"root", "pwd"})
                s_.say(std::string("fs_") + place, me,
                       object_name(follow(follow(o, std::string(place) + ".mnt"), "mnt_ns")));
            s_.say("in_exec", me, get(o, "in_exec") != 0);
        } else if (kind == "nsproxy") {
            s_.say("mnt_ns", me, object_name(follow(o, "mnt_ns")));
            s_.say("ipc_ns", me, object_name(follow(o, "ipc_ns")));
        } else if (kind == "user") {
            s_.say("user_ns", me, object_name(follow(o, "user_ns")));
            s_.say("processes", me, static_cast<long>(get(o, "processes")));
            auto is_its = [&](const Thing& t) {
                return follow(follow(t, "cred"), "user").address == o.address;
            };
            s_.say("tasks_of", me,
                   static_cast<long>(std::count_if(tasks_.begin(), tasks_.end(), is_its)) +
                       (is_its(idle_) ? 1 : 0));
        } else if (kind == "pid_ns") {
            s_.say("pid_ns_parent", me, object_name(follow(o, "parent")));
            s_.say("reaper", me, task_name(follow(o, "child_reaper")));
        }
    }
    [[nodiscard]] bool has_handler(const Thing& sighand) const {
        constexpr int NSIG = 64; // kernel/task/signal.hpp
        for (int i = 0; i < NSIG; i++)
            if (get(sighand, fmt::format("action[{}].handler", i)) > 1) return true; // SIG_DFL 0, SIG_IGN 1
        return false;
    }
    void say_counts() {
        s_.say("clock", "", global("next_serial", ""));
        s_.say("nr_threads", "", global("task_counts", "nr_threads"));
        s_.say("process_counts", "", global("task_counts", "process_counts"));
        s_.say("tasks", "", static_cast<long>(tasks_.size()));
        s_.say("leaders", "",
               static_cast<long>(std::count_if(tasks_.begin(), tasks_.end(), [&](const Thing& t) {
                   return follow(t, "group_leader").address == t.address;
               })));
    }
    /// The allocator's own counts.
    void check_that_nothing_else_lives() {
        for (const char* kind : {"task", "signal", "sighand", "mm", "fs", "nsproxy", "undo", "user",
                                 "user_ns", "pid_ns", "mnt_ns", "ipc_ns"}) {
            const bool tasks = std::string(kind) == "task";
            const long met = tasks ? static_cast<long>(tasks_.size())
                                   : std::count_if(s_.objects.begin(), s_.objects.end(),
                                                   [&](const FirstObject& o) { return o.kind == kind; });
            const long live = global("caches", fmt::format("[{}].live", constant("Kind", kind)).c_str());
            if (live != met)
                problems_.push_back(fmt::format("{} of kind {} live, and {} are held", live, kind, met));
        }
    }

    const MemoryDump& memory_;
    const Image& image_;
    const Layouts& layouts_;
    Thing idle_{};
    std::vector<Thing> tasks_;
    std::vector<std::pair<std::string, Thing>> objects_;
    std::map<u32, std::string> names_;
    FirstState s_;
    std::vector<std::string> problems_;
};

} // namespace

MemoryDump MemoryDump::load(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::vector<u8> bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.empty())
        throw NotProved{
            Outcome::unknown,
            {fmt::format("there is no memory of a boot in {}: `make prove` takes it in Bochs", file)}};
    return MemoryDump(std::move(bytes));
}

std::size_t MemoryDump::place(u32 address, u32 size) const {
    if (address < PAGE_OFFSET || address - PAGE_OFFSET + std::size_t{size} > bytes_.size())
        throw NotProved{Outcome::refuted,
                        {fmt::format("a pointer leads to {:#x}, outside the memory that was kept", address)}};
    return address - PAGE_OFFSET;
}
std::uint64_t MemoryDump::read(u32 address, u32 size) const {
    const std::size_t at = place(address, size);
    std::uint64_t value = 0;
    for (u32 i = 0; i < size; i++) value |= std::uint64_t{bytes_[at + i]} << (8 * i);
    return value;
}
void MemoryDump::write(u32 address, u32 size, std::uint64_t value) {
    const std::size_t at = place(address, size);
    for (u32 i = 0; i < size; i++) bytes_[at + i] = static_cast<u8>(value >> (8 * i));
}

BootedState booted_state(const MemoryDump& memory, const Image& image, const Layouts& layouts) {
    return Reader(memory, image, layouts).read();
}

} // namespace forkproof::proofs::induction
