#include "kernel/arch/vga.hpp"
#include "kernel/arch/cpu.hpp"

namespace forkproof {

namespace {

constexpr u32 COLUMNS = 80, ROWS = 25, TAB = 8;
constexpr u16 BLANK = 0x0720; // a space, light grey on black
constexpr u16 CRTC_INDEX = 0x3d4, CRTC_DATA = 0x3d5;
constexpr u8 CURSOR_HIGH = 0x0e, CURSOR_LOW = 0x0f;

// Colour text memory, at its physical address on every PC.
auto* const screen = reinterpret_cast<u16*>(static_cast<std::uintptr_t>(PAGE_OFFSET + 0xb8000));
constinit u32 cursor = 0; // row * COLUMNS + column

void blank(u32 from, u32 to) {
    for (; from < to; from++) screen[from] = BLANK;
}

void scroll() {
    memmove(screen, screen + COLUMNS, (ROWS - 1) * COLUMNS * sizeof *screen);
    blank((ROWS - 1) * COLUMNS, ROWS * COLUMNS);
    cursor -= COLUMNS;
}

void put(char c) {
    const u32 column = cursor % COLUMNS;
    switch (c) {
    case '\n': cursor += COLUMNS - column; break;
    case '\r': cursor -= column; break;
    case '\t': cursor += TAB - column % TAB; break;
    case '\b': cursor -= column ? 1 : 0; break;
    default: screen[cursor++] = static_cast<u16>((BLANK & 0xff00) | static_cast<u8>(c));
    }
    if (cursor >= COLUMNS * ROWS) scroll();
}

void show_cursor() {
    outb(CRTC_INDEX, CURSOR_HIGH);
    outb(CRTC_DATA, static_cast<u8>(cursor >> 8));
    outb(CRTC_INDEX, CURSOR_LOW);
    outb(CRTC_DATA, static_cast<u8>(cursor));
}

} // namespace

void vga_init() {
    blank(0, ROWS * COLUMNS);
    cursor = 0;
    show_cursor();
}

void vga_write(Text text) {
    for (std::size_t i = 0; i < text.size; i++) put(text.data[i]);
    show_cursor();
}

} // namespace forkproof
