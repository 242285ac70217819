// SPDX-License-Identifier: MIT
#include "instruction.h"

#include <cstring>

namespace stepper::machine
{
namespace
{
struct Parts
{
    uint8_t rex;
    bool has_short_operand; // prefix 66
    bool is_locked;
    bool repeats;
    bool is_two_byte;       // after 0f
    uint8_t opcode;
    const uint8_t *rest; // behind the opcode
};

bool is_prefix(uint8_t byte)
{
    switch (byte)
    {
    case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65: case 0x66: case 0x67: case 0xf0: case 0xf2: case 0xf3:
        return true;
    default:
        return false;
    }
}

Parts parts_of(const uint8_t *code)
{
    Parts parts = {};
    for (; is_prefix(*code); code++)
    {
        parts.has_short_operand |= *code == 0x66;
        parts.is_locked |= *code == 0xf0;
        parts.repeats |= *code == 0xf2 || *code == 0xf3;
    }
    if ((*code & 0xf0) == 0x40)
        parts.rex = *code++;
    parts.is_two_byte = *code == 0x0f;
    code += parts.is_two_byte;
    parts.opcode = *code;
    parts.rest = code + 1;
    return parts;
}

// Bytes of ModRM, SIB and displacement.
size_t operand_bytes(const uint8_t *modrm)
{
    unsigned mode = *modrm >> 6, register_or_memory = *modrm & 7;
    if (mode == 3)
        return 1;
    bool has_sib = register_or_memory == 4;
    size_t displacement = mode == 1 ? 1 : mode == 2 ? 4 : 0;
    if (mode == 0 && (register_or_memory == 5 || (has_sib && (modrm[1] & 7) == 5)))
        displacement = 4;
    return 1 + has_sib + displacement;
}

// What tells apart the instructions of one opcode.
unsigned operation_of(const Parts &parts)
{
    return *parts.rest >> 3 & 7;
}

size_t wide_immediate(const Parts &parts)
{
    return parts.has_short_operand && !(parts.rex & 8) ? 2 : 4;
}

// Of one-byte opcodes: whether a ModRM byte follows.
bool has_operand(const Parts &parts)
{
    uint8_t opcode = parts.opcode;
    if (opcode < 0x40)
        return (opcode & 7) < 4;
    return opcode == 0x63 || opcode == 0x69 || opcode == 0x6b || (opcode >= 0x80 && opcode <= 0x8f) ||
           opcode == 0xc0 || opcode == 0xc1 || opcode == 0xc6 || opcode == 0xc7 || (opcode >= 0xd0 && opcode <= 0xd3) ||
           (opcode >= 0xd8 && opcode <= 0xdf) || opcode == 0xf6 || opcode == 0xf7 || opcode >= 0xfe;
}

size_t immediate_bytes(const Parts &parts)
{
    uint8_t opcode = parts.opcode;
    if (opcode < 0x40)
        return (opcode & 7) == 4 ? 1 : (opcode & 7) == 5 ? wide_immediate(parts) : 0;
    if (opcode >= 0xb8 && opcode <= 0xbf)
        return parts.rex & 8 ? 8 : wide_immediate(parts);
    switch (opcode)
    {
    case 0x68: case 0x69: case 0x81: case 0xa9: case 0xc7:
        return wide_immediate(parts);
    case 0xe8: case 0xe9:
        return 4;
    case 0x6a: case 0x6b: case 0x80: case 0x83: case 0xa8: case 0xc0: case 0xc1: case 0xc6: case 0xcd: case 0xeb:
        return 1;
    case 0xc2:
        return 2;
    case 0xf6:
        return operation_of(parts) < 2 ? 1 : 0;
    case 0xf7:
        return operation_of(parts) < 2 ? wide_immediate(parts) : 0;
    default:
        return (opcode >= 0x70 && opcode <= 0x7f) || (opcode >= 0xb0 && opcode <= 0xb7) ||
               (opcode >= 0xe0 && opcode <= 0xe3);
    }
}

// Behind the two bytes 0f and opcode.
size_t two_byte_rest(const Parts &parts)
{
    uint8_t opcode = parts.opcode;
    if (opcode >= 0x80 && opcode <= 0x8f)
        return 4; // jcc
    bool is_alone = opcode == 0x05 || opcode == 0x0b || opcode == 0x31 || opcode == 0x77 || opcode == 0xa2 ||
                    (opcode >= 0xc8 && opcode <= 0xcf);
    if (is_alone)
        return 0;
    if (opcode == 0x38 || opcode == 0x3a)
        return 1 + operand_bytes(parts.rest + 1) + (opcode == 0x3a);
    bool has_byte = (opcode >= 0x70 && opcode <= 0x73) || opcode == 0xa4 || opcode == 0xac || opcode == 0xba ||
                    opcode == 0xc2 || (opcode >= 0xc4 && opcode <= 0xc6);
    return operand_bytes(parts.rest) + has_byte;
}

bool is_call(const Parts &parts)
{
    bool by_operand = parts.opcode == 0xff && (operation_of(parts) == 2 || operation_of(parts) == 3);
    return !parts.is_two_byte && (parts.opcode == 0xe8 || by_operand);
}

greg_t register_value(const greg_t *regs, unsigned number)
{
    static const int places[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                   REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    return regs[places[number]];
}

template <class T> T read(const uint8_t *from)
{
    T value;
    memcpy(&value, from, sizeof value);
    return value;
}

// The address that the operand says, or the value in a register.
uintptr_t operand_target(const Parts &parts, const greg_t *regs, uintptr_t next)
{
    const uint8_t *modrm = parts.rest;
    unsigned mode = *modrm >> 6, base = (*modrm & 7) | (parts.rex & 1) << 3;
    if (mode == 3)
        return uintptr_t(register_value(regs, base));
    const uint8_t *displacement = modrm + 1;
    uintptr_t address = 0;
    if ((*modrm & 7) == 4)
    {
        uint8_t sib = *displacement++;
        unsigned index = (sib >> 3 & 7) | (parts.rex & 2) << 2;
        base = (sib & 7) | (parts.rex & 1) << 3;
        address = index == 4 ? 0 : uintptr_t(register_value(regs, index)) << (sib >> 6);
        if (mode != 0 || (sib & 7) != 5)
            address += uintptr_t(register_value(regs, base));
    }
    else
        address = mode == 0 && (*modrm & 7) == 5 ? next : uintptr_t(register_value(regs, base));
    size_t bytes = operand_bytes(modrm) - size_t(displacement - modrm);
    address += bytes == 1 ? uintptr_t(read<int8_t>(displacement)) : bytes == 4 ? uintptr_t(read<int32_t>(displacement)) : 0;
    return *reinterpret_cast<const uintptr_t *>(address);
}

bool is_met(unsigned condition, greg_t flags)
{
    bool carry = flags & 1, parity = flags & 4, zero = flags & 0x40, sign = flags & 0x80, overflow = flags & 0x800;
    const bool met[8] = {overflow, carry, zero, carry || zero, sign, parity, sign != overflow, zero || sign != overflow};
    return met[condition >> 1] != bool(condition & 1);
}
} // namespace

size_t length_of(const uint8_t *code)
{
    Parts parts = parts_of(code);
    size_t head = size_t(parts.rest - code);
    if (!parts.is_two_byte && (parts.opcode == 0xc4 || parts.opcode == 0xc5 || parts.opcode == 0x62))
        return 0; // VEX, EVEX
    if (parts.is_two_byte)
        return head + two_byte_rest(parts);
    return head + (has_operand(parts) ? operand_bytes(parts.rest) : 0) + immediate_bytes(parts);
}

Instruction decode(const uint8_t *code)
{
    Parts parts = parts_of(code);
    bool exchanges = !parts.is_two_byte && (parts.opcode == 0x86 || parts.opcode == 0x87) && *parts.rest < 0xc0;
    return {parts.is_locked, exchanges, is_call(parts)};
}

bool is_locked_compare_exchange(const uint8_t *code)
{
    Parts parts = parts_of(code);
    return parts.is_locked && parts.is_two_byte && (parts.opcode == 0xb0 || parts.opcode == 0xb1);
}

bool is_string_instruction(const uint8_t *code)
{
    Parts parts = parts_of(code);
    bool is_string = (parts.opcode >= 0xa4 && parts.opcode <= 0xa7) || (parts.opcode >= 0xaa && parts.opcode <= 0xaf);
    return parts.repeats && !parts.is_two_byte && is_string;
}

uintptr_t next_pc(const greg_t *regs)
{
    auto pc = uintptr_t(regs[REG_RIP]);
    const auto *code = reinterpret_cast<const uint8_t *>(pc);
    size_t length = length_of(code);
    if (length == 0)
        return 0;
    uintptr_t next = pc + length;
    Parts parts = parts_of(code);
    uint8_t opcode = parts.opcode;
    if (parts.is_two_byte)
    {
        bool jumps = opcode >= 0x80 && opcode <= 0x8f && is_met(opcode & 15, regs[REG_EFL]);
        return jumps ? next + uintptr_t(read<int32_t>(parts.rest)) : next;
    }
    if (opcode == 0xe8 || opcode == 0xe9)
        return next + uintptr_t(read<int32_t>(parts.rest));
    if (opcode == 0xeb || (opcode >= 0x70 && opcode <= 0x7f && is_met(opcode & 15, regs[REG_EFL])))
        return next + uintptr_t(read<int8_t>(parts.rest));
    if (opcode == 0xc3 || opcode == 0xc2)
        return *reinterpret_cast<const uintptr_t *>(regs[REG_RSP]);
    if (opcode == 0xff && (operation_of(parts) == 2 || operation_of(parts) == 4))
        return operand_target(parts, regs, next);
    return opcode >= 0xe0 && opcode <= 0xe3 ? 0 : next; // loop and jrcxz
}

void go_to(greg_t *regs, uintptr_t next)
{
    const auto *code = reinterpret_cast<const uint8_t *>(regs[REG_RIP]);
    Parts parts = parts_of(code);
    bool returns = parts.opcode == 0xc3 || parts.opcode == 0xc2;
    if (returns)
        regs[REG_RSP] += 8 + (parts.opcode == 0xc2 ? read<uint16_t>(parts.rest) : 0);
    if (is_call(parts))
    {
        regs[REG_RSP] -= 8;
        *reinterpret_cast<uintptr_t *>(regs[REG_RSP]) = uintptr_t(code) + length_of(code);
    }
    regs[REG_RIP] = greg_t(next);
}
} // namespace stepper::machine
