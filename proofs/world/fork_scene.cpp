#include "proofs/world/fork_scene.hpp"
#include "invariants/errno.hpp"
#include "invariants/flags.hpp"
#include "invariants/sharing.hpp"
#include "proofs/world/in_bochs.hpp"
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

constexpr std::uint32_t COUNT_LIMIT = 1U << 31;
/// The top of the child's kernel stack: the third slot of the area; the caller's is the second.
constexpr std::uint32_t CHILD_STACK_TOP = 0xf800c000, STACK_SIZE = 0x2000;
constexpr std::uint32_t PAGE = 4096;
constexpr unsigned DESCRIPTORS_INSIDE = 32; // NR_OPEN_DEFAULT

std::string text_at(const Image& image, std::uint32_t address) {
    std::string text;
    for (; image.byte(address) != 0; address++) text += static_cast<char>(image.byte(address));
    return text;
}

} // namespace

// In the order of the steps. What is shared, and by which flag, stands in invariants/sharing.hpp.
const std::vector<StageRow> stage_rows = {
    {"cred", "creds", "cred", "Cred", "cred", "count", 2},
    {"real_cred", "creds", "cred", "Cred", "cred", "count", 2},
    {"exec_domain", "exec-domain", "exec_domain", "ExecDomain", "exec_domain", "count", 1},
    {"cgroups", "cgroup", "css_set", "CssSet", "css_set", "count", 1},
    {"sysvsem", "semundo", "undo", "UndoList", "undo", "count", 1},
    {"files", "files", "files", "Files", "files", "count", 1},
    {"fs", "fs", "fs", "Fs", "fs", "users", 1},
    {"sighand", "sighand", "sighand", "Sighand", "sighand", "count", 1},
    {"signal", "signal", "signal", "Signal", "signal", "count", 1},
    {"mm", "mm", "mm", "Mm", "mm", "users", 1},
    {"nsproxy", "namespaces", "nsproxy", "Nsproxy", "nsproxy", "count", 1},
    {"io_context", "io", "io_context", "IoContext", "io_context", "count", 1},
};

const SharingRow& sharing_row(const std::string& resource) {
    for (const SharingRow& row : sharing)
        if (resource == row.resource) return row;
    throw CannotTell("invariants/sharing.hpp has no row " + resource);
}

StepTable::StepTable(MachineProof& proof) {
    const Image& image = proof.image();
    const Layouts& layouts = proof.layouts();
    const std::uint32_t table = image.symbol("steps"), size = layouts.size_of("Step");
    auto word = [&](std::uint32_t row, const char* field) {
        return image.word(table + row * size + layouts.field("Step", field).offset);
    };
    const std::uint32_t count = layouts.size_of(layouts.type_of_variable("steps")) / size;
    for (std::uint32_t i = 0; i < count; i++) {
        Row row;
        row.name = text_at(image, word(i, "name"));
        row.label = text_at(image, word(i, "label"));
        row.acquire = word(i, "acquire");
        row.release = word(i, "release");
        row.acquire_name = image.function_at(row.acquire)->name;
        row.release_name = image.function_at(row.release)->name;
        row.usual_failure = word(i, "usual_failure");
        rows_.push_back(row);
    }
    proof.touched(table, size * count);
}

std::size_t StepTable::index(const std::string& step) const {
    if (step == "publish") return rows_.size();
    for (std::size_t i = 0; i < rows_.size(); i++)
        if (rows_[i].name == step) return i;
    throw CannotTell("the kernel's table has no step " + step);
}

ForkScene::ForkScene(MachineProof& proof, const std::string& title, const std::string& step, ForkShape wanted)
    : scene(proof.scene(title)), world(scene.world()), shape(wanted), flags(world.any("flags")),
      in_force(world.any("rules in force")) {
    const StepTable table(proof);
    steps_done_ = step.empty() ? 0 : table.index(step);
    panics_are_violations(scene);
    use_allocator_contracts(scene);
    add_frame_table(scene);
    scene.show("flags", flags, true);
    build_caller();
    build_groups();
    build_namespaces();
    build_files();
    build_memory();
    build_request();
    if (steps_done_ > 0) build_child(steps_done_);
}

Word ForkScene::count_of(const Place& place, const std::string& name) {
    const Word count = world.get(of(place, name));
    scene.assume("every count is at least 1 and below 2^31",
                 !is_zero(count) && ult(count, word32(COUNT_LIMIT)));
    return count;
}

Place ForkScene::counted(const std::string& type, const std::string& name, const std::string& kind,
                         const std::string& count) {
    const Place place = world.object(type, name, kind);
    (void)count_of(place, count);
    return place;
}

void ForkScene::build_caller() {
    parent = world.object("Task", "parent", "task");
    world.set(world.global("current_task"), parent.address);
    world.set(world.global("rules_in_force"), in_force);

    user_ns = counted("UserNs", "parent->cred->user->user_ns", "user_ns", "count");
    user = counted("User", "parent->cred->user", "user", "count");
    world.point(of(user, "user_ns"), user_ns);
    world.ring({of(user_ns, "users.head"), of(user, "ns_node")});
    cred = counted("Cred", "parent->cred", "cred", "count");
    world.point(of(cred, "user"), user);
    group_info = counted("GroupInfo", "parent->cred->group_info", "group_info", "count");
    world.point(of(cred, "group_info"), group_info);
    init_groups = counted("GroupInfo", "init_groups", "group_info", "count");
    world.point(world.global("init_groups"), init_groups);
    world.point(of(parent, "cred"), cred);
    world.point(of(parent, "real_cred"), cred);

    exec_domain = counted("ExecDomain", "parent->exec_domain", "exec_domain", "count");
    world.point(of(parent, "exec_domain"), exec_domain);
    scene.assume("an exec domain counts its place on the list, and each task in it",
                 ult(word32(1), before(of(exec_domain, "count"))));

    sighand = counted("Sighand", "parent->sighand", "sighand", "count");
    world.point(of(parent, "sighand"), sighand);
    signal = counted("Signal", "parent->signal", "signal", "count");
    world.point(of(parent, "signal"), signal);
    if (shape.fpu) {
        fpu = world.object("FpuState", "parent->thread.fpu", "fpu");
        world.point(of(parent, "thread.fpu"), fpu);
    } else {
        world.set(of(parent, "thread.fpu"), 0);
    }
    for (unsigned i = 0; i < IO_BITMAP_PAGES; i++) {
        const Place pointer = of(parent, fmt::format("thread.io_bitmap[{}]", i));
        if (!shape.ports) {
            world.set(pointer, 0);
            continue;
        }
        io_bitmap.push_back(
            {page_address(add_frame(scene, fmt::format("parent->thread.io_bitmap[{}]", i))), "", PAGE});
        world.set(pointer, io_bitmap.back().address);
    }
    if (shape.io) {
        io_context = counted("IoContext", "parent->io_context", "io_context", "count");
        world.point(of(parent, "io_context"), io_context);
    } else {
        world.set(of(parent, "io_context"), 0);
    }
}

/// The directory of the caller's group holds `tasks`, and a further name in the bucket that the child's
/// number falls into (proofs/theorems/steps_cgroup.cpp).
void ForkScene::build_groups() {
    const Place sets = world.global("css_sets");
    cgroup_root = world.global("cgroup_root");
    css_set = counted("CssSet", "parent->cgroups", "css_set", "count");
    world.point(of(parent, "cgroups"), css_set);
    world.set(of(css_set, "cgroup"), 0);
    world.empty_list(of(css_set, "node"));
    world.empty_list(of(sets, "head"));
    if (shape.groups == Groups::none) {
        world.set(of(cgroup_root, "sb"), 0);
        scene.assume("there is no hierarchy of cgroups, but in steps/ns-cgroup", true);
        return;
    }
    cgroup_sb = counted("SuperBlock", "the hierarchy", "super_block", "count");
    world.point(of(cgroup_root, "sb"), cgroup_sb);
    group = counted("Inode", "the caller's group", "inode", "count");
    world.point(of(group, "sb"), cgroup_sb);
    const Place tasks = world.object("DirEntry", "the entry of tasks", "dirent");
    neighbour = world.object("DirEntry", "another name in the group", "dirent");
    world.point(of(neighbour, "directory"), group);
    world.set(of(neighbour, "hash_next"), 0);
    world.ring({of(group, "entries.head"), of(tasks, "sibling"), of(neighbour, "sibling")});
    world.ring({of(cgroup_sb, "entries.head"), of(tasks, "in_super_block"), of(neighbour, "in_super_block")});
    if (shape.groups == Groups::top) {
        world.point(of(cgroup_sb, "root"), group);
        return;
    }
    world.point(of(css_set, "cgroup"), group);
    world.ring({of(sets, "head"), of(css_set, "node")});
}

void ForkScene::build_namespaces() {
    mnt_ns = counted("MntNs", "parent->nsproxy->mnt_ns", "mnt_ns", "count");
    uts_ns = counted("UtsNs", "parent->nsproxy->uts_ns", "uts_ns", "count");
    ipc_ns = counted("IpcNs", "parent->nsproxy->ipc_ns", "ipc_ns", "count");
    pid_ns = counted("PidNs", "parent->nsproxy->pid_ns", "pid_ns", "count");
    net_ns = counted("NetNs", "parent->nsproxy->net_ns", "net_ns", "count");
    nsproxy = counted("Nsproxy", "parent->nsproxy", "nsproxy", "count");
    world.point(of(parent, "nsproxy"), nsproxy);
    world.point(of(nsproxy, "mnt_ns"), mnt_ns);
    world.point(of(nsproxy, "uts_ns"), uts_ns);
    world.point(of(nsproxy, "ipc_ns"), ipc_ns);
    world.point(of(nsproxy, "pid_ns"), pid_ns);
    world.point(of(nsproxy, "net_ns"), net_ns);
    build_mounts();
    world.set(of(pid_ns, "parent"), 0); // a scene that goes deeper builds the levels itself
    world.set(of(pid_ns, "level"), shape.pid_level);

    fs = counted("Fs", "parent->fs", "fs", "users");
    world.point(of(parent, "fs"), fs);
    world.point(of(fs, "root.mnt"), mount);
    world.point(of(fs, "pwd.mnt"), shape.mounts > 1 ? upper_mount : mount);
    world.point(of(fs, "root.inode"), root_inode);
    world.point(of(fs, "pwd.inode"), cwd_inode);

    build_semaphores();
}

/// One set of two semaphores, for which nobody waits.
void ForkScene::build_semaphores() {
    sem_set = world.object("SemSet", "a semaphore set", "sem_set");
    world.ring({of(ipc_ns, "sem_sets"), of(sem_set, "node")});
    world.set(of(sem_set, "nsems"), SEMAPHORES);
    world.empty_list(of(sem_set, "waiting.head"));
    for (unsigned i = 0; i < SEMAPHORES; i++)
        scene.assume("a semaphore's value is at most SEMVMX",
                     ult(world.get(of(sem_set, fmt::format("value[{}]", i))), Word(16, SEMVMX + 1)));
    const bool entry = shape.undo && shape.undo_entry;
    if (!entry) world.empty_list(of(sem_set, "undos.head"));
    if (!shape.undo) {
        world.set(of(parent, "sysvsem"), 0);
        return;
    }
    undo = counted("UndoList", "parent->sysvsem", "undo", "count");
    world.point(of(undo, "ipc_ns"), ipc_ns);
    world.point(of(parent, "sysvsem"), undo);
    if (!entry) {
        world.empty_list(of(undo, "entries.head"));
        return;
    }
    sem_undo = world.object("SemUndo", "the undo entry", "sem_undo");
    world.point(of(sem_undo, "set"), sem_set);
    world.ring({of(undo, "entries.head"), of(sem_undo, "node")});
    world.ring({of(sem_set, "undos.head"), of(sem_undo, "set_node")});
}

/// The mounts of a namespace in their order; what is mounted above hangs on a directory of the first.
void ForkScene::build_mounts() {
    auto mounted = [&](const char* name, const Place& root, const Place& sb) {
        const Place m = counted("Mount", name, "mount", "count");
        world.point(of(m, "mnt_ns"), mnt_ns);
        world.point(of(m, "root"), root);
        world.point(of(m, "sb"), sb);
        world.point(of(root, "sb"), sb);
        for (const char* null : {"parent", "mountpoint"}) world.set(of(m, null), 0);
        return m;
    };
    root_inode = counted("Inode", "parent->fs->root.inode", "inode", "count");
    cwd_inode = counted("Inode", "parent->fs->pwd.inode", "inode", "count");
    super_block = counted("SuperBlock", "parent->fs->root.mnt->sb", "super_block", "count");
    mount = mounted("parent->fs->root.mnt", root_inode, super_block);
    world.point(of(mnt_ns, "root"), mount);
    std::vector<Place> nodes = {of(mnt_ns, "mounts.head"), of(mount, "node")};
    if (shape.mounts > 1) {
        upper_root = counted("Inode", "root of the upper mount", "inode", "count");
        mountpoint = counted("Inode", "mountpoint", "inode", "count");
        upper_super_block = counted("SuperBlock", "parent->fs->pwd.mnt->sb", "super_block", "count");
        upper_mount = mounted("parent->fs->pwd.mnt", upper_root, upper_super_block);
        world.point(of(upper_mount, "parent"), mount);
        world.point(of(upper_mount, "mountpoint"), mountpoint);
        nodes.push_back(of(upper_mount, "node"));
    }
    world.ring(nodes);
}

void ForkScene::build_files() {
    files = counted("Files", "parent->files", "files", "count");
    world.point(of(parent, "files"), files);
    for (int i = 0; i < 2; i++)
        open_files.push_back(counted("File", fmt::format("file {}", i), "file", "count"));
    const bool inside = shape.open_files <= DESCRIPTORS_INSIDE;
    Place table = of(files, "fd_array");
    if (inside) {
        world.set(of(files, "max_fds"), DESCRIPTORS_INSIDE);
    } else {
        const std::uint32_t pfn = add_frame(scene, "parent->files->fd");
        table = {page_address(pfn), "", PAGE};
        world.set(of(files, "max_fds"), PAGE / 4);
    }
    world.set(of(files, "fd"), table.address);
    for (std::uint32_t i = 0; i < (inside ? DESCRIPTORS_INSIDE : PAGE / 4); i++)
        world.set({table.address + 4 * i, "", 4}, i < shape.open_files ? open_files[i % 2].address : 0);
    world.set(of(files, "end_fd"), shape.open_files);
}

std::uint32_t ForkScene::add_page_table(std::uint32_t place, std::size_t nth) {
    const std::uint32_t table = add_frame(scene, fmt::format("page table {}", nth));
    world.set({pgd.address + place * 4, "", 4}, Word(32, static_cast<std::uint64_t>(table) << 12 | 7));
    for (std::uint32_t i = 0; i < PAGE / 4; i++) world.set({page_address(table) + 4 * i, "", 4}, 0);
    return table;
}

void ForkScene::build_memory() {
    if (!shape.mm) {
        world.set(of(parent, "mm"), 0);
        return;
    }
    mm = counted("Mm", "parent->mm", "mm", "users");
    world.point(of(parent, "mm"), mm);
    pgd_frame = add_frame(scene, "parent->mm->pgd");
    pgd = {page_address(pgd_frame), "", PAGE};
    world.set(of(mm, "pgd"), pgd.address);
    for (std::uint32_t i = 0; i < PAGE / 4; i++) world.set({pgd.address + 4 * i, "", 4}, 0);
    std::vector<Place> nodes = {of(mm, "vmas.head")};
    std::map<std::uint32_t, std::uint32_t> tables; // by the place in the directory: the frame
    for (unsigned v = 0; v < shape.vmas; v++) {
        const std::uint32_t start = shape.first_mapping + v * shape.mapping_spacing;
        const Place vma = world.object("Vma", fmt::format("vma {}", v), "vma");
        world.set(of(vma, "start"), start);
        world.set(of(vma, "end"), start + shape.pages * PAGE);
        vmas.push_back(vma);
        nodes.push_back(of(vma, "node"));
        for (unsigned p = 0; p < shape.pages && !shape.untouched; p++) {
            const std::uint32_t address = start + p * PAGE;
            if (!tables.contains(address >> 22))
                tables[address >> 22] = add_page_table(address >> 22, tables.size());
            const std::uint32_t frame = add_frame(scene, fmt::format("page {}", frames.size()));
            ptes.push_back({page_address(tables[address >> 22]) + (address >> 12 & 1023) * 4, "", 4});
            // Which page is known, whether it is present and how it is protected is not.
            const Word bits = world.any(fmt::format("pte bits of page {}", frames.size()), 12);
            world.set(ptes.back(), concat(Word(20, frame), bits));
            frames.push_back(frame);
        }
    }
    world.ring(nodes);
}

void ForkScene::build_request() {
    request = world.object("ForkRequest", "request");
    regs = world.object("PtRegs", "regs");
    world.set(of(request, "flags"), flags);
    world.point(of(request, "regs"), regs);
    world.set(of(request, "child"), 0);
    world.set(of(request, "pid"), 0);
}

void ForkScene::build_child(std::size_t done) {
    const StepTable table(scene.proof());
    child = world.object("Task", "child", "task");
    world.point(of(request, "child"), child);
    world.bytes(CHILD_STACK_TOP - STACK_SIZE, STACK_SIZE, "child's stack");
    world.set(of(child, "stack"), CHILD_STACK_TOP);
    for (const char* list : {"children", "sibling", "thread_group", "tasks", "run_list", "wait_node",
                             "timer_node", "pids[0].node", "pids[1].node", "pids[2].node"})
        world.empty_list(of(child, list));
    for (const char* null : {"real_parent", "group_leader", "vfork_done", "waiting_on", "bprm", "file_in_use",
                             "pids[0].pid", "pids[1].pid", "pids[2].pid"})
        world.set(of(child, null), 0);
    for (unsigned i = 0; i < IO_BITMAP_PAGES; i++)
        world.set(of(child, fmt::format("thread.io_bitmap[{}]", i)), 0);
    for (const StageRow& row : stage_rows) {
        const Place place = of(child, row.field);
        if (table.index(row.step) >= done) {
            world.set(place, 0);
            continue;
        }
        const bool may_be_own = std::string(row.step) != "cgroup" || !has_own_group(done).known();
        if (may_be_own && !own.contains(row.resource)) {
            own[row.resource] = world.object(row.type, fmt::format("child's own {}", row.resource), row.kind);
            world.set(of(own[row.resource], row.count), row.own_count);
        }
        const Word callers = world.get(of(parent, row.field));
        world.set(place, child_has(row, callers, word32(may_be_own ? own[row.resource].address : 0), done));
        // What is shared is held by the child too.
        const Truth shared = shares(row, callers, done);
        if (!callers.is(0)) {
            const Place object{static_cast<std::uint32_t>(callers.value()), row.type, 0};
            if (std::string(row.step) != "signal") // a thread's count rises when it is published
                scene.assume("what the child shares is counted for it",
                             !shared || ult(word32(1), world.get(of(object, row.count))));
        }
    }
    if (own.contains("nsproxy"))
        for (const char* ns : {"mnt_ns", "uts_ns", "ipc_ns", "pid_ns", "net_ns"})
            world.set(of(own["nsproxy"], ns), world.get(of(nsproxy, ns)));
    if (own.contains("cred")) {
        world.point(of(own["cred"], "user"), user);
        world.point(of(own["cred"], "group_info"), group_info);
    }
    if (own.contains("fs")) // it stands where the caller stands
        for (const char* path : {"root", "pwd"})
            for (const char* part : {".mnt", ".inode"})
                world.set(of(own["fs"], std::string(path) + part),
                          world.get(of(fs, std::string(path) + part)));
    if (own.contains("undo")) {
        world.point(of(own["undo"], "ipc_ns"), ipc_ns);
        world.empty_list(of(own["undo"], "entries.head"));
    }
}

Truth ForkScene::has_own_group(std::size_t done) const {
    const bool reached = done > StepTable(scene.proof()).index("ns-cgroup");
    if (!reached || shape.groups == Groups::none) return false;
    return flag(NSPROXY_FLAGS) && !is_zero(world.get(of(cgroup_root, "ns_bound")));
}

Truth row_shares(const SharingRow& row, const RowCase& c) {
    auto flag = [&](std::uint32_t bits) { return !is_zero(c.flags & word32(bits)); };
    if (c.callers.is(0)) return false;
    if (row.otherwise == Otherwise::shared) return true;
    if (row.otherwise == Otherwise::own_if_bound) return !c.own_group;
    if (row.share_flag != 0) return flag(row.share_flag) && !flag(row.new_flags);
    return row.new_flags != 0 ? !flag(row.new_flags) : Truth(false);
}

Word row_gives(const SharingRow& row, const RowCase& c, const Word& own_one) {
    Word otherwise = own_one;
    // Nothing but what is shared; where the caller has none to share yet, one is made for both.
    if (row.otherwise == Otherwise::nothing)
        otherwise =
            c.callers.is(0) ? ite(!is_zero(c.flags & word32(row.share_flag)), own_one, word32(0)) : word32(0);
    else if (c.callers.is(0))
        otherwise = word32(0); // a kernel thread's child has no address space either
    else if (row.otherwise == Otherwise::copy_if_set)
        otherwise = ite(c.says_something, own_one, word32(0));
    return ite(row_shares(row, c), c.callers, otherwise);
}

RowCase ForkScene::row_case(const SharingRow& row, const Word& callers, std::size_t done) const {
    RowCase c{flags, callers};
    if (row.otherwise == Otherwise::own_if_bound) c.own_group = has_own_group(done);
    if (row.otherwise == Otherwise::copy_if_set && !callers.is(0)) c.says_something = has_io_priority();
    return c;
}

Truth ForkScene::shares(const StageRow& row, const Word& callers, std::size_t done) const {
    const SharingRow& s = sharing_row(row.resource);
    return row_shares(s, row_case(s, callers, done));
}

Word ForkScene::child_has(const StageRow& row, const Word& callers, const Word& own_one,
                          std::size_t done) const {
    const SharingRow& s = sharing_row(row.resource);
    return row_gives(s, row_case(s, callers, done), own_one);
}

Truth ForkScene::has_io_priority() const {
    constexpr unsigned IOPRIO_CLASS_SHIFT = 13; // linux-2.6.33 linux/ioprio.h
    return !is_zero(world.get(of(io_context, "ioprio")) & word32(~0U << IOPRIO_CLASS_SHIFT));
}

Place ForkScene::target(const Path& path, const Word& pointer, const std::string& type) {
    return {path.state.address(pointer), type, world.layouts().size_of(type)};
}

std::vector<Path> ForkScene::acquire(const std::string& step) {
    const StepTable table(scene.proof());
    shown_by_call(*this);
    std::vector<Path> paths = call(table.rows()[table.index(step)].acquire_name);
    bootable_first(*this, paths);
    return paths;
}

std::vector<Path> ForkScene::release(const Path& after, const std::string& step) {
    const StepTable table(scene.proof());
    shown_by_release(*this, step);
    State from = scene.start_again(after.state);
    return scene.call_from(std::move(from), table.rows()[table.index(step)].release_name,
                           {word32(request.address)});
}

void ForkScene::check_stage(const Path& path, const std::string& step) {
    const Scene::About about(scene, Aspect::sharing);
    const StepTable table(scene.proof());
    const std::size_t done = table.index(step) + 1;
    const Word at = now(path, of(request, "child"));
    if (!at.known()) throw CannotTell("request->child is not one task");
    const Place task{static_cast<std::uint32_t>(at.value()), "Task", world.layouts().size_of("Task")};
    for (const StageRow& row : stage_rows) {
        const std::string what = fmt::format("after step {}: child->{}", step, row.field);
        const Word got = now(path, of(task, row.field));
        if (table.index(row.step) >= done) {
            scene.equal(path, what + " (of a later step)", got, word32(0), of(task, row.field).address);
            continue;
        }
        const Word callers = world.get(of(parent, row.field));
        // Shared or nothing exactly when the table says so; otherwise one of its own, alive, with its count.
        const Word marker = word32(~0U);
        const Word expected = child_has(row, callers, marker, done);
        scene.prove(path, what + " is as the sharing table says",
                    eq(got, expected) || (eq(expected, marker) && !is_zero(got) && !eq(got, callers)));
        const auto own_part = scene.when(path, eq(expected, marker));
        if (!own_part) continue;
        for (const std::uint64_t value : scene.values(*own_part, got)) {
            const auto part = scene.when(*own_part, eq(got, word32(value)));
            const auto address = static_cast<std::uint32_t>(value);
            scene.check(*part, what + " is a living " + row.kind,
                        scene.is_live(part->state, address, row.kind));
            scene.equal(*part, what + "->" + row.count, now(*part, of({address, row.type, 0}, row.count)),
                        word32(row.own_count));
        }
    }
}

} // namespace forkproof::proofs
