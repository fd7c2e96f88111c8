#include "scene.hpp"

namespace tour {
namespace {

constexpr int FACT_FAILED = 99; // the exit code of a child in which a fact did not hold

int scene_number = 0;
int failures = 0;

constexpr int NO_ERROR = 0, ANY_ERROR = 1; // besides negative error numbers
int asked_for = NO_ERROR;

} // namespace

const char* own_path = nullptr;
const char* const* own_environment = nullptr;

void scene(const char* title) { printf("\n%2d  %s\n", ++scene_number, title); }

void tell(const char* who, const char* format, ...) {
    char text[128];
    std::va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    printf("    %-8s %s\n", who, text);
}

bool check(bool holds, const char* fact) {
    if (!holds) {
        failures++;
        printf("tour: FAILED in scene %d: not so: %s\n", scene_number, fact);
    }
    return holds;
}

void begin_child() { failures = 0; }

int verdict(int code) { return failures != 0 ? FACT_FAILED : code; }
int scenes_begun() { return scene_number; }
int facts_failed() { return failures; }

void join(int pid, int code) {
    int status = 0;
    if (!check(pid > 0 && wait4(pid, &status, WALL) == pid, "wait4() gave the child's pid")) return;
    if (exited(status) && exit_code(status) == FACT_FAILED)
        failures++; // the child has said which
    else
        check(exited(status) && exit_code(status) == code, "the child exited with its code");
}

AsksFor::AsksFor(Errno error) { asked_for = error == Errno::OK ? ANY_ERROR : -static_cast<int>(error); }
AsksFor::~AsksFor() { asked_for = NO_ERROR; }

bool once_more_if_not_asked_for(int answer) {
    if (asked_for == ANY_ERROR || answer == asked_for) return false;
    printf("    (failed with %s, which this scene did not ask for; the same call once more)\n",
           answer_text(answer).c_str());
    return true;
}

Gate::~Gate() {
    drop(pipe_.out);
    drop(pipe_.in);
}

void Gate::drop(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
}

void Gate::open() {
    drop(pipe_.out);
    check(write(pipe_.in, "", 1) == 1, "a byte went into the gate");
}

void Gate::pass() {
    drop(pipe_.in);
    char byte = 0;
    check(read(pipe_.out, &byte, 1) == 1, "somebody opened the gate");
}

bool Gate::closed() {
    drop(pipe_.in);
    char byte = 0;
    return read(pipe_.out, &byte, 1) == 0;
}

bool Memory::measure() {
    constexpr int ALONE = 8; // the machine's own tasks, init, the tour and its children
    return sysinfo(info_) == 0 && info_.procs <= ALONE;
}

bool can_be_opened(const char* path) {
    const int fd = open(path, 0);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

} // namespace tour
