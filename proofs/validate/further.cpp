#include "proofs/validate/forms.hpp"

namespace forkproof::proofs {

namespace {

/// None of them writes edx.
const Bytes flag_setters[] = {
    {0x39, 0xd8},       // cmp eax, ebx
    {0x38, 0xd8},       // cmp al, bl
    {0x83, 0xf8, 0x05}, // cmp eax, 5
    {0x29, 0xd8},       // sub eax, ebx
    {0x19, 0xd8},       // sbb eax, ebx
    {0x01, 0xd8},       // add eax, ebx
    {0x11, 0xd8},       // adc eax, ebx
    {0x21, 0xd8},       // and eax, ebx
    {0x85, 0xc0},       // test eax, eax
    {0xf7, 0xd8},       // neg eax
    {0x40},             // inc eax
    {0x48},             // dec eax
};

std::vector<Bytes> make() {
    std::vector<Bytes> all = {
        {0x80, 0xe6, 0xf7},             // and dh, 0xf7
        {0x66, 0x01, 0xd8},             // add ax, bx
        {0x0f, 0xbc, 0x45, 0xc4},       // bsf eax, [ebp-60]
        {0x0f, 0xbd, 0xf8},             // bsr edi, eax
        {0x0f, 0xbd, 0x45, 0xc4},       // bsr eax, [ebp-60]
        {0x0f, 0xba, 0x65, 0x0c, 0x1d}, // bt dword [ebp+12], 29
        {0x0f, 0xba, 0xe0, 0x1e},       // bt eax, 30
        {0x0f, 0xa3, 0xc1},             // bt ecx, eax
        {0x0f, 0xc9},                   // bswap ecx
        {0x66, 0x98},                   // cbw
        {0x98},                         // cwde
        {0xf8},                         // clc
        {0xf9},                         // stc
        {0xf5},                         // cmc
        {0xfd},                         // std
        {0xf7, 0x74, 0x24, 0x08},       // div dword [esp+8]
        {0xf7, 0xfb},                   // idiv ebx
        {0xf7, 0x7d, 0x08},             // idiv dword [ebp+8]
        {0xf7, 0xed},                   // imul ebp
        {0xf7, 0x6d, 0x08},             // imul dword [ebp+8]
        {0x0f, 0xaf, 0x45, 0x0c},       // imul eax, [ebp+12]
        {0x66, 0x8b, 0x45, 0x08},       // mov ax, [ebp+8]
        {0x8a, 0x4d, 0xcf},             // mov cl, [ebp-49]
        {0x88, 0x65, 0xcf},             // mov [ebp-49], ah
        {0x0f, 0xbf, 0xc1},             // movsx eax, cx
        {0x0f, 0xbf, 0x45, 0x08},       // movsx eax, word [ebp+8]
        {0xa4},                         // movsb
        {0xa5},                         // movsd
        {0xf7, 0x64, 0x24, 0x0c},       // mul dword [esp+12]
        {0xf7, 0x54, 0x24, 0x08},       // not dword [esp+8]
        {0x0c, 0x80},                   // or al, 0x80
        {0x0a, 0x45, 0xff},             // or al, [ebp-1]
        {0x80, 0xcd, 0x08},             // or ch, 8
        {0x5c},                         // pop esp
        {0xff, 0x75, 0x08},             // push dword [ebp+8]
        {0xc1, 0xc0, 0x07},             // rol eax, 7
        {0xd1, 0xc0},                   // rol eax, 1
        {0xc1, 0xc9, 0x05},             // ror ecx, 5
        {0xd1, 0xc9},                   // ror ecx, 1
        {0xd3, 0xcb},                   // ror ebx, cl
        {0x66, 0xc1, 0xc0, 0x08},       // rol ax, 8
        {0xd1, 0xf8},                   // sar eax, 1
        {0xc0, 0xfa, 0x03},             // sar dl, 3
        {0xc1, 0x65, 0xf4, 0x03},       // shl dword [ebp-12], 3
        {0xd1, 0xe0},                   // shl eax, 1
        {0xc1, 0x6d, 0xf4, 0x03},       // shr dword [ebp-12], 3
        {0xaa},                         // stosb
        {0x66, 0xab},                   // stosw
        {0xf3, 0x66, 0xab},             // rep stosw
        {0x0f, 0x0b},                   // ud2
        {0x87, 0x45, 0x08},             // xchg [ebp+8], eax
        {0x93},                         // xchg ebx, eax
        {0x66, 0x31, 0xd2},             // xor dx, dx
        {0x30, 0xc1},                   // xor cl, al
    };
    for (std::uint8_t condition = 0; condition < 16; condition++) {
        const auto with = [&](int opcode) { return static_cast<std::uint8_t>(opcode | condition); };
        all.push_back({with(0x70), 0x10});             // jcc
        all.push_back({0x0f, with(0x40), 0xc3});       // cmovcc eax, ebx
        all.push_back({0x0f, with(0x40), 0x45, 0x08}); // cmovcc eax, [ebp+8]
        all.push_back({0x0f, with(0x90), 0xc1});       // setcc cl
        all.push_back({0x0f, with(0x90), 0x45, 0xf0}); // setcc [ebp-16]
        for (const Bytes& before : flag_setters) {
            Bytes pair = before;
            pair.insert(pair.end(), {0x0f, with(0x90), 0xc2}); // setcc dl
            all.push_back(pair);
        }
    }
    return all;
}

} // namespace

std::span<const Bytes> further_encodings() {
    static const std::vector<Bytes> all = make();
    return all;
}

} // namespace forkproof::proofs
