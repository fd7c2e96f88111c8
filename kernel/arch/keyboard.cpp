#include "kernel/arch/keyboard.hpp"
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/lib/types.hpp"

namespace forkproof {

namespace {

constexpr u16 DATA = 0x60, STATUS = 0x64; // the 8042
constexpr u8 OUTPUT_FULL = 0x01;
constexpr u32 KEYBOARD_IRQ = 1;

// Scancode set 1, which the 8042 translates to: the make codes of a US keyboard from 0 on.
constexpr char PLAIN[] = "\0\x1b"
                         "1234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
constexpr char SHIFTED[] = "\0\x1b"
                           "!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
constexpr u32 KEYS = sizeof PLAIN - 1;
static_assert(KEYS == 0x3a && sizeof SHIFTED == sizeof PLAIN);
constexpr u8 CONTROL = 0x1d, LEFT_SHIFT = 0x2a, RIGHT_SHIFT = 0x36, CAPS_LOCK = 0x3a;
constexpr u8 KEYPAD_ENTER = 0x1c, KEYPAD_SLASH = 0x35; // behind EXTENDED
constexpr u8 RELEASED = 0x80, EXTENDED = 0xe0;
constexpr char CONTROL_MASK = 0x1f; // control-A is 1

struct Keyboard {
    bool shift = false, control = false, caps = false, extended = false;
};
constinit Keyboard state;

constexpr u32 RING_SIZE = 128; // a power of two
constinit char ring[RING_SIZE] = {};
constinit u32 written = 0, read = 0;

/// A key went down: its character, or 0 if it has none.
char character(u8 code) {
    if (code >= KEYS) return 0;
    const char plain = PLAIN[code];
    const bool letter = plain >= 'a' && plain <= 'z';
    if (state.control) return letter ? static_cast<char>(plain & CONTROL_MASK) : '\0';
    const bool upper = letter ? state.shift != state.caps : state.shift;
    return upper ? SHIFTED[code] : plain;
}

/// Shift and the like; true if the code was one of them.
bool modifier(u8 key, bool down) {
    switch (key) {
    case LEFT_SHIFT:
    case RIGHT_SHIFT: state.shift = down; return true;
    case CONTROL: state.control = down; return true;
    case CAPS_LOCK: state.caps ^= down; return true;
    default: return false;
    }
}

} // namespace

void keyboard_init() {
    while (inb(STATUS) & OUTPUT_FULL) static_cast<void>(inb(DATA)); // what was typed at the BIOS
    pic_unmask(KEYBOARD_IRQ);
}

void keyboard_interrupt() {
    const u8 code = inb(DATA);
    if (code == EXTENDED) {
        state.extended = true;
        return;
    }
    const bool extended = state.extended, down = !(code & RELEASED);
    const auto key = static_cast<u8>(code & ~RELEASED);
    state.extended = false;
    // Arrows and the like have no character; the right control key and the keypad's enter are as the others.
    if (extended && key != CONTROL && key != KEYPAD_ENTER && key != KEYPAD_SLASH) return;
    if (modifier(key, down) || !down) return;
    const char c = character(key);
    if (c && written - read < RING_SIZE) ring[written++ % RING_SIZE] = c; // a full ring drops what comes
}

int keyboard_read() { return read == written ? -1 : static_cast<u8>(ring[read++ % RING_SIZE]); }

} // namespace forkproof
