/* SPDX-License-Identifier: MIT */
/*
 * DWARF expressions (DWARF 5, section 2.5), as far as call frame information uses them: the PLT's
 * entry computes its CFA from the low bits of the pc, the C library's signal trampoline reads the
 * interrupted registers from the frame that the kernel made, and functions that realign their stack
 * say where they saved its old top.
 */
#include "cfi.h"

enum
{
    DEPTH = 8,
};

struct stack_machine
{
    uintptr_t place[DEPTH];
    unsigned depth;
    bool bad;
};

static void push(struct stack_machine *machine, uintptr_t value)
{
    if (machine->depth < DEPTH)
        machine->place[machine->depth++] = value;
    else
        machine->bad = true;
}

static uintptr_t pop(struct stack_machine *machine)
{
    if (machine->depth > 0)
        return machine->place[--machine->depth];
    machine->bad = true;
    return 0;
}

static uintptr_t binary(struct stack_machine *machine, uint64_t operation, uintptr_t a, uintptr_t b)
{
    switch (operation)
    {
    case 0x1a:
        return a & b;
    case 0x1c:
        return a - b;
    case 0x1e:
        return a * b;
    case 0x21:
        return a | b;
    case 0x22:
        return a + b;
    case 0x24:
        return b < 64 ? a << b : 0;
    case 0x25:
        return b < 64 ? a >> b : 0;
    case 0x29:
        return a == b;
    case 0x2a:
        return (intptr_t)a >= (intptr_t)b;
    case 0x2b:
        return (intptr_t)a > (intptr_t)b;
    case 0x2c:
        return (intptr_t)a <= (intptr_t)b;
    case 0x2d:
        return (intptr_t)a < (intptr_t)b;
    case 0x2e:
        return a != b;
    default:
        machine->bad = true;
        return 0;
    }
}

/* bregN, and const1u to const8s; false: neither. */
static bool push_operand(struct stack_machine *machine, struct bytes *code, uint64_t operation,
                         const struct registers *registers)
{
    static const uint8_t widths[] = {1, 1, 2, 2, 4, 4, 8, 8};

    if (operation >= 0x70 && operation <= 0x8f)
    {
        uint64_t number = operation - 0x70;
        bool known = number < MACHINE_REGISTERS && (registers->known >> number & 1) != 0;

        machine->bad |= !known;
        push(machine, (known ? registers->value[number] : 0) + (uintptr_t)bytes_sleb(code));
        return true;
    }
    if (operation >= 0x08 && operation <= 0x0f)
    {
        size_t width = widths[operation - 0x08];
        uint64_t value = bytes_read(code, width);

        if ((operation & 1) != 0 && width < 8 && (value >> (8 * width - 1)) != 0)
            value |= ~(uint64_t)0 << (8 * width);
        push(machine, (uintptr_t)value);
        return true;
    }
    return false;
}

static void compute(struct stack_machine *machine, struct bytes *code,
                    const struct registers *registers, const struct stack_range *stack)
{
    uint64_t operation = bytes_read(code, 1);
    uintptr_t top;

    if (operation >= 0x30 && operation <= 0x4f) /* lit0 to lit31 */
        push(machine, (uintptr_t)(operation - 0x30));
    else if (push_operand(machine, code, operation, registers))
        return;
    else if (operation == 0x06) /* deref: from this thread's stack or not at all */
    {
        machine->bad |= !stack_word(stack, pop(machine), &top);
        push(machine, machine->bad ? 0 : top);
    }
    else if (operation == 0x12) /* dup */
    {
        top = pop(machine);
        push(machine, top);
        push(machine, top);
    }
    else if (operation == 0x23) /* plus_uconst */
        push(machine, pop(machine) + (uintptr_t)bytes_uleb(code));
    else
    {
        top = pop(machine);
        push(machine, binary(machine, operation, pop(machine), top));
    }
}

bool cfi_expression(const struct cfi *cfi, int32_t where, const struct registers *registers,
                    const struct stack_range *stack, const uintptr_t *cfa, uintptr_t *result)
{
    struct stack_machine machine = {.depth = 0, .bad = false};
    struct bytes code = {cfi->anchor + where, cfi->end, false};
    uint64_t length = bytes_uleb(&code);

    if (code.bad || length > (uint64_t)(code.end - code.at))
        return false;
    code.end = code.at + length;
    if (cfa != NULL) /* a register's rule begins with the CFA on the stack */
        push(&machine, *cfa);
    while (bytes_left(&code) && !machine.bad)
        compute(&machine, &code, registers, stack);
    *result = pop(&machine);
    return !machine.bad && !code.bad;
}
