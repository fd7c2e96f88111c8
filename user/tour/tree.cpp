// Scene: a tree of processes, 1 + 3 + 9, drawn from what each of them says of itself and its parent.
#include "scene.hpp"

namespace tour {
namespace {

constexpr int BRANCHES = 3;
constexpr int NODES = 1 + BRANCHES + BRANCHES * BRANCHES;

struct Node {
    int pid, parent;
    char name[8]; ///< where its maker meant it to be: "a", "a2"
};

Node nodes[NODES];
Pipe reports, alive;

/// A process of the tree: makes its branches, reports, and stays until the tour closes the pipe `alive`.
void grow(const char* name, int depth) {
    for (int i = 0; i < BRANCHES && depth < 2; i++) {
        Node child{};
        if (depth == 0)
            snprintf(child.name, sizeof child.name, "%c", 'a' + i);
        else
            snprintf(child.name, sizeof child.name, "%s%d", name, i + 1);
        spawn(0, [&] { grow(child.name, depth + 1); });
    }
    Node self{getpid(), getppid(), {}};
    memcpy(self.name, name, strlen(name) + 1);
    check(write(reports.in, &self, sizeof self) == sizeof self, "a report went out");
    char byte;
    read(alive.out, &byte, 1);
    int pid;
    int status;
    while ((pid = wait4(-1, &status)) > 0) check(status == 0, "each of the tree exits well");
}

void sort_by_name() {
    for (int i = 1; i < NODES; i++)
        for (int j = i; j > 0 && strcmp(nodes[j].name, nodes[j - 1].name) < 0; j--) {
            const Node swap = nodes[j];
            nodes[j] = nodes[j - 1];
            nodes[j - 1] = swap;
        }
}

/// The n-th node, by name, whose parent has this pid; null if there are fewer.
const Node* child_of(int pid, int n) {
    for (const auto& node : nodes)
        if (node.parent == pid && n-- == 0) return &node;
    return nullptr;
}

int children_of(int pid) {
    int n = 0;
    while (child_of(pid, n) != nullptr) n++;
    return n;
}

void draw(const Node& root) {
    printf("    %s\n", root.name);
    for (int i = 0; i < BRANCHES; i++) {
        const Node& middle = *child_of(root.pid, i);
        printf("    %s-- %s", i < BRANCHES - 1 ? "|" : "`", middle.name);
        for (int j = 0; j < BRANCHES; j++)
            printf("%s %s", j == 0 ? " --" : ",", child_of(middle.pid, j)->name);
        printf("\n");
    }
}

} // namespace

void process_tree() {
    scene("thirteen processes, each drawn where its getppid() puts it");
    if (!check(pipe(reports) == 0 && pipe(alive) == 0, "two pipes")) return;
    const int pid = spawn(0, [] {
        close(reports.out);
        close(alive.in);
        grow("root", 0);
    });
    close(reports.in);
    close(alive.out);
    int heard = 0;
    while (heard < NODES && read(reports.out, &nodes[heard], sizeof(Node)) == sizeof(Node)) heard++;
    sort_by_name();
    const Node* root = child_of(getpid(), 0);
    bool whole = heard == NODES && root != nullptr && root->pid == pid && children_of(pid) == BRANCHES;
    for (int i = 0; whole && i < BRANCHES; i++) whole = children_of(child_of(pid, i)->pid) == BRANCHES;
    if (check(whole, "1 + 3 + 9 processes, all alive, each with the parent that made it")) draw(*root);
    close(alive.in);
    close(reports.out);
    join(pid);
}

} // namespace tour
