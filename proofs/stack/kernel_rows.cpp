// What the stack analysis believes of Forkproof's kernel.
#include "proofs/stack/kernel_rows.hpp"
#include "kernel/arch/pt_regs.hpp"

namespace forkproof::proofs::stack {

std::vector<Pointed> kernel_rows() {
    using By = Pointed::By;
    const char* const by_type = "its type is that of these functions";
    std::vector<Pointed> rows{
        {"do_syscall", By::column, {"table"}, 0, 4, "the number is an index into the table"},
        {"copy_process", By::column, {"steps"}, 4, 20, "an index below STEP_COUNT"},
        {"copy_process", By::column, {"steps"}, 8, 20, "a row of steps"},
        {"copy_process_2_6_33", By::column, {"steps"}, 4, 20, "an index below STEP_COUNT"},
        {"copy_process_2_6_33", By::column, {"our_releases"}, 4, 8, "a row of our_releases"},
        {"known_to_be_forgotten", By::column, {"signs"}, 4, 8, "a row of signs"},
        {"acquire_watched", By::column, {"steps"}, 4, 20, "an index below STEP_COUNT"},
        {"rehearsal_acquire", By::column, {"steps"}, 4, 20, "an index below STEP_COUNT"},
        {"rehearsal_acquire", By::column, {"steps"}, 8, 20, "an index below STEP_COUNT"},
        {"fail_by_itself", By::column, {"steps"}, 4, 20, "a row of steps"},
        {"fail_by_itself", By::column, {"steps"}, 8, 20, "a row of steps"},
        {"wrongly_shared", By::column, {"held"}, 4, 8, "a row of held"},
        {"provoke_after_clone", By::column, {"rows"}, 4, 8, "a row of rows"},
        {"change_field", By::column, {"leaks"}, 8, 16, "a row of leaks"},
        {"change_field", By::column, {"leaks"}, 12, 16, "a row of leaks"},
        {"parse_command_line", By::column, {"known_words"}, 12, 20, "a row of known_words"},
        {"for_each_reference_of_task", By::column, {"vtable for Tally"}, 8, 4, by_type},
        {"for_each_reference_of", By::column, {"vtable for Tally"}, 8, 4, by_type},
        {"for_each_root_reference", By::column, {"vtable for Tally"}, 8, 4, by_type},
        {"for_each_live", By::lambda, {"void*, void*"}, 0, 0, by_type},
        {"for_each_page", By::lambda, {"void*, unsigned int, Pfn, unsigned int"}, 0, 0, by_type},
        {"for_each_runnable", By::lambda, {"void*, Task&"}, 0, 0, by_type},
        {"format_to", By::lambda, {"void*, Text"}, 0, 0, by_type},
        {"KernelView::each_user::{lambda#1}::_FUN",
         By::lambda,
         {"void*, KernelView::UserRef"},
         0,
         0,
         by_type},
        {"KernelView::every_of_kind::{lambda#1}::_FUN",
         By::lambda,
         {"void*, KernelView::Counted"},
         0,
         0,
         by_type},
        {"KernelView::each_signal", By::lambda, {"void*, KernelView::GroupRef"}, 0, 0, by_type},
        {"ret_from_kernel_thread", By::named, {"start_init", "kthreadd"}, 0, 0, "what main starts"},
        {"switch_context",
         By::inside,
         {"its own label: another task goes on on its own stack"},
         0,
         0,
         "a task is resumed where it was switched away from"},
    };
    const std::vector<std::string> files{
        "regular_ops", "directory_ops",  "console_ops",      "null_ops",      "zero_ops",
        "pipe_ops",    "tmpfs_file_ops", "cgroup_tasks_ops", "proc_file_ops", "socket_ops"};
    const std::pair<const char*, Address> members[] = {
        {"transfer", 4}, {"transfer", 8}, {"seek", 12}, {"sys_ioctl", 16}, {"free_file", 20}};
    for (const auto& [caller, at] : members)
        rows.push_back({caller, By::column, files, at, 24, "a file's ops is one of these tables"});
    const std::vector<std::string> inodes{"initrd_inodes", "tmpfs_inodes", "cgroup_inodes", "proc_inodes",
                                          "link_inodes"};
    const std::pair<const char*, Address> inode_members[] = {
        {"lookup_inode", 0}, {"follow_link", 24},      {"make_inode", 4},   {"truncate_inode", 8},
        {"free_inode", 12},  {"remove_directory", 16}, {"unlink_file", 16}, {"sys_getdents64", 20},
        {"proc_follow", 28}, {"sys_readlink", 28},     {"write_path", 32},  {"attributes_of", 36}};
    for (const auto& [caller, at] : inode_members)
        rows.push_back({caller, By::column, inodes, at, 40, "an inode's i_op is one of these tables"});
    const std::vector<std::string> types{"tmpfs", "proc", "rootfs", "cgroup_file_system"};
    rows.push_back({"do_mount", By::column, types, 4, 12, "a row of the types of file systems"});
    rows.push_back({"put_super_block", By::column, types, 8, 12, "a row of the types of file systems"});
    const std::vector<std::string> entries{"proc_root", "root_table", "sys_table",  "sys_kernel_table",
                                           "proc_tgid", "proc_tid",   "tgid_table", "tid_table",
                                           "ns_table",  "net_table",  "file_link",  "pipe_link"};
    const std::pair<const char*, Address> entry_members[] = {
        {"show_proc", 8}, {"show_proc", 12}, {"proc_write", 16}, {"place_of", 20}};
    for (const auto& [caller, at] : entry_members)
        rows.push_back({caller, By::column, entries, at, 36, "a row of a table of proc"});
    const std::vector<std::string> names{"processes", "threads", "proc_fds"};
    rows.push_back({"proc_entry_at", By::column, names, 0, 8, "a directory's names"});
    rows.push_back({"proc_lookup", By::column, names, 4, 8, "a directory's names"});
    return rows;
}

std::vector<std::pair<std::string, std::string>> kernel_entries() {
    return {
        {"trap_*", "in the interrupt table"},
        {"irq_*", "in the interrupt table"},
        {"entry_syscall*", "in the interrupt table"},
        {"entry_double_fault", "in the double fault's TSS"},
        {"ret_from_fork", "where a new task begins, on a stack of its own"},
        {"ret_from_kernel_thread", "where a new kernel thread begins, on a stack of its own"},
        {"restore_*", "compared with, in fix_up_return"},
        {"forkproof_*", "where a breakpoint of fail= goes on, on the stack of the call that met it"},
        {"copy_process", "where ladder= plants a jump"},
        {"copy_process_2_6_33", "where that jump leads"},
        {"do_fork", "where rules=linux-6.1 plants a jump"},
        {"capable", "where rules=linux-6.1 plants a jump"},
        {"do_fork_6_1", "where that jump leads"},
        {"capable_6_1", "where that jump leads"},
        {"kmem_alloc", "where fail= plants a breakpoint"},
        {"alloc_frame", "where fail= plants a breakpoint"},
        {"kernel_entry", "the text's beginning, for backtraces"},
    };
}

Beliefs kernel_beliefs() {
    return {
        .nestings = {{"release_task", 2,
                      "a thread's may release its leader; a leader's releases no other task"}},
        .left_out = {{"panic*", true, "a panic is the end of the run"},
                     {"end_with_violation", true, "a violation is the end of the run"},
                     {"provoke_after_clone", false,
                      "plants the fault that provoke= asks for, stack overflow included"}},
        .entered = {{"entry_syscall*", RING_CHANGE, "the processor"},
                    {"irq_*", RING_CHANGE, "the processor"},
                    {"trap_8", RING_CHANGE + 4, "the processor, with an error code"},
                    {"trap_10", RING_CHANGE + 4, "the processor, with an error code"},
                    {"trap_11", RING_CHANGE + 4, "the processor, with an error code"},
                    {"trap_12", RING_CHANGE + 4, "the processor, with an error code"},
                    {"trap_13", RING_CHANGE + 4, "the processor, with an error code"},
                    {"trap_14", RING_CHANGE + 4, "the processor, with an error code"},
                    {"trap_17", RING_CHANGE + 4, "the processor, with an error code"},
                    {"trap_*", RING_CHANGE, "the processor"},
                    {"ret_from_fork", sizeof(PtRegs), "acquire_thread: struct PtRegs"},
                    {"ret_from_kernel_thread", sizeof(PtRegs), "acquire_thread: struct PtRegs"},
                    {"kernel_main", 16, "kernel_entry, on the boot's stack"}},
        .stack_switch = {"switch_context"},
    };
}

} // namespace forkproof::proofs::stack
