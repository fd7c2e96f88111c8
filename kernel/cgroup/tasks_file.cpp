// The file `tasks` of a group: reading it lists who is in it, writing a number to it moves a task there.
#include "kernel/cgroup/cgroup.hpp"
#include "kernel/files/operations.hpp"
#include "kernel/mm/uaccess.hpp"

namespace forkproof {

namespace {

constexpr u32 MAX_NUMBER_LENGTH = 64; // linux-2.6.33 CGROUP_LOCAL_BUFFER_SIZE
constexpr u32 MAX_DIGITS = 10;

const Inode* group_of(const File& file) { return file.inode->parent; }

/// The lowest number above `after` that a task of the group has in the reader's pid namespace; 0: none.
i32 next_number(const Inode& group, i32 after) {
    const PidNs* ns = task_active_pid_ns(*current());
    i32 next = 0;
    for_each_task([&](const Task& t) {
        if (!t.cgroups || cgroup_of(t) != &group) return;
        const i32 nr = pid_nr_ns(t.pids[PIDTYPE_PID].pid, ns);
        if (nr > after && (next == 0 || nr < next)) next = nr;
    });
    return next;
}

i32 tasks_read(File& file, UserAddr to, u32 size, bool) {
    const Inode& group = *group_of(file);
    if (group.nlink == 0) return negative(Errno::ENODEV);
    i64 at = 0; // the place in the text of the line that is next
    u32 done = 0;
    for (i32 nr = next_number(group, 0); nr != 0 && done < size; nr = next_number(group, nr)) {
        char line[MAX_DIGITS + 1];
        u32 length = decimal(static_cast<u32>(nr), line);
        line[length++] = '\n';
        const u32 skip = file.pos > at ? static_cast<u32>(file.pos - at) : 0;
        at += length;
        if (skip >= length) continue;
        const u32 n = length - skip < size - done ? length - skip : size - done;
        if (const Errno e = copy_to_user(to + done, line + skip, n); e != Errno::OK) {
            if (done == 0) return negative(e);
            break;
        }
        done += n;
        file.pos += n;
    }
    return static_cast<i32>(done);
}

bool blank(char c) { return c == ' ' || c == '\n' || c == '\t'; }

/// A decimal number with blanks around it, or nothing but them: 0. EINVAL.
Result<i32> parse_number(Text text) {
    while (text.size != 0 && blank(text.data[0])) text = text.from(1);
    while (text.size != 0 && blank(text.data[text.size - 1])) text = text.until(text.size - 1);
    u32 number = 0;
    for (std::size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (c < '0' || c > '9') return Errno::EINVAL;
        number = number * 10 + static_cast<u32>(c - '0');
        if (number >= PID_MAX) return Errno::ESRCH; // nobody has it
    }
    return static_cast<i32>(number);
}

/// linux-2.6.33 attach_task_by_pid; 0 is the writer itself.
Errno attach_by_number(Inode& group, i32 nr) {
    Task* task = nr == 0 ? current() : find_task(nr, task_active_pid_ns(*current()));
    if (!task || (task->flags & PF_EXITING)) return Errno::ESRCH;
    const Cred &me = *current()->cred, &them = *task->cred;
    if (nr != 0 && me.euid != 0 && me.euid != them.uid && me.euid != them.suid) return Errno::EACCES;
    return cgroup_attach_task(group, *task);
}

i32 tasks_write(File& file, UserAddr from, u32 size, bool) {
    Inode& group = *file.inode->parent;
    if (group.nlink == 0) return negative(Errno::ENODEV);
    if (size >= MAX_NUMBER_LENGTH) return negative(Errno::E2BIG);
    char text[MAX_NUMBER_LENGTH];
    if (const Errno e = copy_from_user(text, from, size); e != Errno::OK) return negative(e);
    const Result<i32> number = parse_number(Text(text, size));
    if (!number.ok()) return negative(number.error());
    const Errno e = attach_by_number(group, number.value());
    return e == Errno::OK ? static_cast<i32>(size) : negative(e);
}

} // namespace

constinit const FileOps cgroup_tasks_ops = {.name = "file",
                                            .read = tasks_read,
                                            .write = tasks_write,
                                            .lseek = regular_lseek,
                                            .ioctl = nullptr,
                                            .release = nullptr};

} // namespace forkproof
