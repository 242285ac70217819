/* SPDX-License-Identifier: MIT */
/*
 * Call frame information: the tables in .eh_frame that say, for each instruction of a program,
 * where its caller's registers are. cfi_find.c finds the table of a pc, cfi_rules.c runs it,
 * cfi_expr.c computes the few rules that are expressions, cfi_step.c applies the result to a frame.
 */
#ifndef SIGPROF_CFI_H
#define SIGPROF_CFI_H

#include "bytes.h"
#include "stack_walk.h"

/* One function's entry (FDE) together with the common one (CIE) that it refers to. */
struct cfi
{
    struct bytes initial;  /* the CIE's instructions */
    struct bytes program;  /* the FDE's instructions */
    const uint8_t *anchor; /* expressions are kept as distances from here */
    const uint8_t *end;    /* end of the module's memory */
    uintptr_t start;       /* the function's first instruction */
    uintptr_t size;        /* the function's bytes */
    uint64_t code_align;
    int64_t data_align;
    unsigned return_column;
    uint8_t pointer_encoding;
    bool signal_frame; /* a signal trampoline: its caller's pc is where a signal arrived */
};

enum rule_kind
{
    RULE_SAME,          /* the callee did not change it */
    RULE_UNDEFINED,     /* lost; for the return address: there is no caller */
    RULE_AT_CFA,        /* saved at CFA + operand */
    RULE_IS_CFA,        /* it was CFA + operand */
    RULE_REGISTER,      /* in register number operand */
    RULE_AT_EXPRESSION, /* saved where the expression points */
    RULE_IS_EXPRESSION, /* what the expression computes */
};

/* 8 bytes, because a handler's stack may be small: an expression is its distance from the anchor.
 */
struct rule
{
    int32_t operand;
    uint8_t kind;
};

struct rules
{
    struct rule cfa; /* RULE_REGISTER (with cfa_offset) or RULE_IS_EXPRESSION */
    int32_t cfa_offset;
    bool is_signed; /* the return address carries a signature (arm64) */
    struct rule of[MACHINE_REGISTERS];
};

/* Context: any, all three. False: there is none, or none that we can read. */
bool cfi_find(uintptr_t pc, struct cfi *cfi);
bool cfi_rules(const struct cfi *cfi, uintptr_t pc, struct rules *rules);
/* where: distance from the anchor; cfa: NULL while the CFA itself is computed. */
bool cfi_expression(const struct cfi *cfi, int32_t where, const struct registers *registers,
                    const struct stack_range *stack, const uintptr_t *cfa, uintptr_t *result);

#endif /* SIGPROF_CFI_H */
