// The console as a terminal: what programs write goes out with their voice; what is typed comes in by lines.
#include "kernel/arch/console.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/files/operations.hpp"
#include "kernel/mm/uaccess.hpp"
#include "kernel/task/sched.hpp"

namespace forkproof {

namespace {

/// Bytes copied at a time: kernel stacks are small.
constexpr u32 CHUNK = 256;

i32 console_write_file(File&, UserAddr from, u32 size, bool) {
    char buffer[CHUNK];
    u32 done = 0;
    while (done < size) {
        u32 n = user_chunk(from + done, size - done);
        if (n > CHUNK) n = CHUNK;
        const Errno e = copy_from_user(buffer, from + done, n);
        if (e != Errno::OK && done == 0) return negative(e);
        if (e != Errno::OK) break;
        console_write(Voice::program, {buffer, n});
        done += n;
    }
    return static_cast<i32>(done);
}

// What control characters mean to a terminal that nobody has set (linux/tty.h INIT_C_CC).
constexpr char END_OF_FILE = 4, BACKSPACE = 8, ERASE = 127, KILL_LINE = 21;

/// The line being typed, then read. There is one console, so there is one line.
struct Line {
    char text[256] = {};
    u32 length = 0;    ///< typed so far
    u32 taken = 0;     ///< of a finished line: already read
    bool done = false; ///< ended by newline or by the end-of-file character
};
constinit Line line;
constinit WaitQueue typed; ///< nobody wakes it: readers look for characters at every timer tick

void echo(Text text) { console_write(Voice::program, text); }

void erase_one() {
    if (line.length == 0) return;
    line.length--;
    echo("\b \b");
}

void take_character(char c) {
    if (c == '\r') c = '\n';
    if (c == BACKSPACE || c == ERASE) {
        erase_one();
    } else if (c == KILL_LINE) {
        while (line.length != 0) erase_one();
    } else if (c == END_OF_FILE) {
        line.done = true;
    } else if (c == '\n' || line.length + 1 < sizeof line.text) { // the last place is the newline's
        line.text[line.length++] = c;
        line.done = c == '\n';
        echo({&c, 1});
    }
}

/// Sleeps until a line is finished. EAGAIN, or ERESTARTSYS for a signal.
Errno wait_for_line(bool wait) {
    for (;;) {
        for (int c = 0; !line.done && (c = console_read()) >= 0;) take_character(static_cast<char>(c));
        if (line.done) return Errno::OK;
        if (!wait) return Errno::EAGAIN;
        if (signal_pending(*current())) return Errno::ERESTARTSYS;
        (void)sleep_on_until(typed, SleepState::interruptible, rdtsc() + TICKS_PER_SECOND / HZ);
    }
}

i32 console_read_file(File&, UserAddr to, u32 size, bool wait) {
    if (size == 0) return 0;
    if (const Errno e = wait_for_line(wait); e != Errno::OK) return negative(e);
    u32 n = line.length - line.taken;
    if (n > size) n = size;
    if (const Errno e = copy_to_user(to, line.text + line.taken, n); e != Errno::OK) return negative(e);
    line.taken += n;
    if (line.taken == line.length) {
        line.length = line.taken = 0;
        line.done = false;
    }
    return static_cast<i32>(n);
}

// asm-generic/ioctls.h and termbits.h, i386.
constexpr u32 TCGETS = 0x5401, TIOCGWINSZ = 0x5413;
struct Termios {
    u32 c_iflag, c_oflag, c_cflag, c_lflag;
    u8 c_line;
    u8 c_cc[19];
};
static_assert(sizeof(Termios) == 36);
struct WindowSize {
    u16 rows, columns, x_pixels, y_pixels;
};

// What the terminal does: newlines are not translated on output (OPOST is off), so that a program's bytes
// arrive as it wrote them.
constexpr u32 ICRNL = 0400, CS8 = 060, CREAD = 0200, B115200 = 010002, ICANON = 02, ECHO = 010, ECHOE = 020,
              ECHOK = 040;
enum ControlCharacter : u8 { VERASE = 2, VKILL = 3, VEOF = 4 };

i32 console_ioctl(File&, u32 command, UserAddr argument) {
    if (command == TCGETS) {
        Termios t = {.c_iflag = ICRNL,
                     .c_oflag = 0,
                     .c_cflag = B115200 | CS8 | CREAD,
                     .c_lflag = ICANON | ECHO | ECHOE | ECHOK,
                     .c_line = 0,
                     .c_cc = {}};
        t.c_cc[VERASE] = ERASE;
        t.c_cc[VKILL] = KILL_LINE;
        t.c_cc[VEOF] = END_OF_FILE;
        return negative(put_user(t, argument));
    }
    if (command == TIOCGWINSZ) return negative(put_user(WindowSize{25, 80, 0, 0}, argument));
    return negative(Errno::EINVAL); // a terminal that does not know the command (linux-2.6.33 tty_ioctl)
}

} // namespace

constinit const FileOps console_ops = {.name = "console",
                                       .read = console_read_file,
                                       .write = console_write_file,
                                       .lseek = nullptr,
                                       .ioctl = console_ioctl,
                                       .release = nullptr};

} // namespace forkproof
