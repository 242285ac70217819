/* SPDX-License-Identifier: MIT */
/* One step of the walk by call frame information: a frame's rules give its caller's registers. */
#include "cfi.h"

struct step
{
    const struct cfi *cfi;
    const struct registers *callee;
    const struct stack_range *stack;
    uintptr_t cfa;
};

static bool is_known(const struct registers *registers, unsigned number)
{
    return number < MACHINE_REGISTERS && (registers->known >> number & 1) != 0;
}

static bool find_cfa(struct step *step, const struct rules *rules)
{
    unsigned number = (unsigned)rules->cfa.operand;

    if (rules->cfa.kind == RULE_IS_EXPRESSION)
        return cfi_expression(step->cfi, rules->cfa.operand, step->callee, step->stack, NULL,
                              &step->cfa);
    if (rules->cfa.kind != RULE_REGISTER || !is_known(step->callee, number))
        return false;
    step->cfa = step->callee->value[number] + (uintptr_t)(intptr_t)rules->cfa_offset;
    return true;
}

/* The caller's value of a register; false: nobody knows. */
static bool apply(const struct step *step, struct rule rule, unsigned number, uintptr_t *value)
{
    uintptr_t address = step->cfa + (uintptr_t)(intptr_t)rule.operand;

    switch (rule.kind)
    {
    case RULE_SAME:
        *value = number == MACHINE_SP ? step->cfa : step->callee->value[number];
        return number == MACHINE_SP || is_known(step->callee, number);
    case RULE_AT_CFA:
        return stack_word(step->stack, address, value);
    case RULE_IS_CFA:
        *value = address;
        return true;
    case RULE_REGISTER:
        *value =
            is_known(step->callee, (unsigned)rule.operand) ? step->callee->value[rule.operand] : 0;
        return is_known(step->callee, (unsigned)rule.operand);
    case RULE_AT_EXPRESSION:
        return cfi_expression(step->cfi, rule.operand, step->callee, step->stack, &step->cfa,
                              &address) &&
               stack_word(step->stack, address, value);
    case RULE_IS_EXPRESSION:
        return cfi_expression(step->cfi, rule.operand, step->callee, step->stack, &step->cfa,
                              value);
    default:
        return false;
    }
}

bool cfi_step(struct registers *registers, const struct stack_range *stack)
{
    /* A return address may be the first byte after its function: look one byte earlier. */
    uintptr_t pc = registers->pc - (registers->at_signal ? 0 : 1);
    struct registers caller = {.known = 0};
    struct rules rules;
    struct cfi cfi;
    struct step step = {&cfi, registers, stack, 0};

    if (!cfi_find(pc, &cfi) || !cfi_rules(&cfi, pc, &rules))
        return false;
    registers->outermost = rules.of[cfi.return_column].kind == RULE_UNDEFINED;
    if (registers->outermost)
        return true;
    if (!find_cfa(&step, &rules))
        return false;
    for (unsigned i = 0; i < MACHINE_REGISTERS; i++)
        if (apply(&step, rules.of[i], i, &caller.value[i]))
            caller.known |= (uint64_t)1 << i;
    if (!is_known(&caller, cfi.return_column))
        return false;
    caller.pc = machine_return_address(caller.value[cfi.return_column], rules.is_signed);
    caller.at_signal = cfi.signal_frame;
    *registers = caller;
    return true;
}
