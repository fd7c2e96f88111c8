// From addresses to names: the text of /boot/kernel.sym, lines of "hexaddr name" in order of address.
#include "kernel/arch/cpu.hpp"
#include "kernel/arch/traps.hpp"
#include "kernel/lib/print.hpp"

extern "C" const char kernel_text_start[], kernel_text_end[]; // kernel.ld

namespace forkproof {

namespace {

constinit Text symbols;

u32 address_of(const char* p) { return static_cast<u32>(reinterpret_cast<std::uintptr_t>(p)); }

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Takes the number off the front of the line.
u32 take_address(Text& line) {
    u32 address = 0;
    if (line.starts_with("0x")) line = line.from(2);
    while (line.size && hex_digit(line.data[0]) >= 0) {
        address = address << 4 | static_cast<u32>(hex_digit(line.data[0]));
        line = line.from(1);
    }
    return address;
}

/// The line that the character at `i` is part of, without its newline; `begin` becomes its position.
Text line_at(std::size_t i, std::size_t& begin) {
    begin = i;
    while (begin && symbols.data[begin - 1] != '\n') begin--;
    const Text rest = symbols.from(begin);
    return rest.until(rest.find('\n'));
}

constexpr u32 MAX_LINES = 32;
constexpr u32 MAX_FRAME_SIZE = 8192; // no frame is larger than a kernel stack

/// A frame begins with the caller's frame pointer and the return address.
struct Frame {
    u32 caller, return_address;
};

/// The frame at this address; all zero if there cannot be one: the chain may be damaged, so nothing is read
/// that is not aligned and mapped.
Frame frame_at(u32 pointer) {
    if (pointer % 4 || !kernel_readable(pointer) || !kernel_readable(pointer + 4)) return {0, 0};
    return *reinterpret_cast<const Frame*>(static_cast<std::uintptr_t>(pointer));
}

void print_call(u32 return_address, u32 times) {
    // One byte back is the call itself: behind a call that never returns another function may begin.
    const Symbol s = symbol_at(return_address - 1);
    const Text name(s.name, s.name_size);
    if (name.size == 0) // before the symbols are there
        print("    {08x}\n", return_address);
    else if (times == 1)
        print("    {08x} {}+{x}\n", return_address, name, s.offset + 1);
    else
        print("    {08x} {}+{x} ({} times)\n", return_address, name, s.offset + 1, times);
}

} // namespace

void symbols_init(const char* text, u32 size) { symbols = Text(text, size); }

Symbol symbol_at(u32 address) {
    if (address < address_of(kernel_text_start) || address >= address_of(kernel_text_end)) return {"", 0, 0};
    // The last line whose address is not above: [low, high) are positions of which it is one.
    Symbol found{"", 0, 0};
    std::size_t low = 0, high = symbols.size;
    while (low < high) {
        std::size_t begin;
        Text line = line_at(low + (high - low) / 2, begin);
        const std::size_t after = begin + line.size + 1;
        const u32 start = take_address(line);
        if (start > address) {
            high = begin;
        } else {
            const Text name = line.from(line.starts_with(" ") ? 1 : 0);
            found = {name.data, static_cast<u32>(name.size), address - start};
            low = after;
        }
    }
    return found;
}

void print_backtrace(u32 frame_pointer) {
    print("  called from:\n");
    Frame frame = frame_at(frame_pointer);
    for (u32 lines = 0; lines < MAX_LINES && frame.return_address; lines++) {
        // A recursion is one line: it is what stack overflows are made of.
        const u32 address = frame.return_address;
        u32 times = 0;
        for (; frame.return_address == address; times++) {
            const bool sound = frame.caller > frame_pointer && frame.caller - frame_pointer <= MAX_FRAME_SIZE;
            frame_pointer = frame.caller;
            frame = sound ? frame_at(frame_pointer) : Frame{0, 0};
        }
        print_call(address, times);
    }
}

} // namespace forkproof
