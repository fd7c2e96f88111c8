// The consoles: port 0xE9 to the host, the VGA screen, COM1.
#include "kernel/arch/console.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/keyboard.hpp"
#include "kernel/arch/serial.hpp"
#include "kernel/arch/vga.hpp"
#include "kernel/lib/print.hpp"

namespace forkproof {

namespace {

constexpr u16 DEBUG_PORT = 0xe9;
// The frames on that port (debug/frames.hpp reads them): STX, whose voice, the words, ETX. What would look
// like one of the three in the words is sent behind DLE with one bit turned.
constexpr char STX = 0x02, ETX = 0x03, DLE = 0x10, ESCAPE_BIT = 0x40;

constinit bool serial_in_use = false;

bool is_special(char c) { return c == STX || c == ETX || c == DLE; }
void send(char c) { outb(DEBUG_PORT, static_cast<u8>(c)); }
void send_run(const char* from, std::size_t n) {
    asm volatile("rep outsb" : "+S"(from), "+c"(n) : "d"(DEBUG_PORT) : "memory");
}

void send_frame(Voice voice, Text text) {
    send(STX);
    send(voice == Voice::kernel ? 'K' : 'P');
    while (text.size) {
        std::size_t run = 0;
        while (run < text.size && !is_special(text.data[run])) run++;
        send_run(text.data, run);
        if (run < text.size) {
            send(DLE);
            send(static_cast<char>(text.data[run++] ^ ESCAPE_BIT));
        }
        text = text.from(run);
    }
    send(ETX);
}

/// Collects the pieces of one print, so that it is one frame as long as it fits.
struct Line {
    static constexpr std::size_t SIZE = 256;
    char data[SIZE];
    std::size_t used = 0;

    void flush() {
        if (used) console_write(Voice::kernel, Text(data, used));
        used = 0;
    }
    void add(Text piece) {
        for (std::size_t i = 0; i < piece.size; i++) {
            if (used == SIZE) flush();
            data[used++] = piece.data[i];
        }
    }
};

} // namespace

void console_init() {
    serial_init();
    vga_init();
}

void console_use_serial(bool on) { serial_in_use = on; }

void console_write(Voice voice, Text text) {
    if (!text.size) return;
    send_frame(voice, text);
    vga_write(text);
    if (serial_in_use) serial_write(text);
}

int console_read() {
    const int typed = keyboard_read();
    return typed < 0 && serial_in_use ? serial_read() : typed;
}

void print_pieces(Text format, const Printable* arguments, std::size_t count) {
    Line line;
    format_to([](void* to, Text piece) { static_cast<Line*>(to)->add(piece); }, &line, format, arguments,
              count);
    line.flush();
}

} // namespace forkproof
