/* SPDX-License-Identifier: MIT */
/*
 * The interpreter of call frame instructions (DWARF 5, section 6.4.2): it plays an entry up to a pc
 * and is left with one rule for the CFA and one for each register.
 */
#include "cfi.h"

enum
{
    REMEMBERED = 3, /* nesting of remember_state; compilers need one */
};

struct player
{
    const struct cfi *cfi;
    uintptr_t location;
    struct rules now;
    struct rules at_start; /* after the CIE's instructions: what DW_CFA_restore goes back to */
    struct rules remembered[REMEMBERED];
    unsigned depth;
    bool bad;
};

static void set_rule(struct player *player, uint64_t number, enum rule_kind kind, int64_t operand)
{
    if (operand != (int32_t)operand)
        player->bad = true;
    if (number < MACHINE_REGISTERS) /* else a register that the walk does not need: a vector, say */
        player->now.of[number] = (struct rule){(int32_t)operand, (uint8_t)kind};
}

static void restore_rule(struct player *player, uint64_t number)
{
    if (number < MACHINE_REGISTERS)
        player->now.of[number] = player->at_start.of[number];
}

static void set_cfa(struct player *player, uint64_t number, int64_t offset)
{
    player->now.cfa = (struct rule){(int32_t)number, RULE_REGISTER};
    player->now.cfa_offset = (int32_t)offset;
    if (number >= MACHINE_REGISTERS || offset != (int32_t)offset)
        player->bad = true;
}

/* Where an expression (a length and so many bytes) stands; steps over it. */
static int64_t expression_at(struct player *player, struct bytes *program)
{
    int64_t where = program->at - player->cfi->anchor;

    bytes_skip(program, (size_t)bytes_uleb(program));
    return where;
}

static void remember(struct player *player)
{
    if (player->depth < REMEMBERED)
        player->remembered[player->depth++] = player->now;
    else
        player->bad = true;
}

static void recall(struct player *player)
{
    if (player->depth > 0)
        player->now = player->remembered[--player->depth];
    else
        player->bad = true;
}

static void play_cfa(struct player *player, struct bytes *program, uint64_t operation)
{
    int64_t align = player->cfi->data_align;
    uint64_t number = (uint64_t)(uint32_t)player->now.cfa.operand;

    switch (operation)
    {
    case 0x0c: /* def_cfa */
        number = bytes_uleb(program);
        set_cfa(player, number, (int64_t)bytes_uleb(program));
        break;
    case 0x12: /* def_cfa_sf */
        number = bytes_uleb(program);
        set_cfa(player, number, bytes_sleb(program) * align);
        break;
    case 0x0d: /* def_cfa_register */
        set_cfa(player, bytes_uleb(program), player->now.cfa_offset);
        break;
    case 0x0e: /* def_cfa_offset */
        set_cfa(player, number, (int64_t)bytes_uleb(program));
        break;
    case 0x13: /* def_cfa_offset_sf */
        set_cfa(player, number, bytes_sleb(program) * align);
        break;
    default: /* 0x0f, def_cfa_expression */
        player->now.cfa.operand = (int32_t)expression_at(player, program);
        player->now.cfa.kind = RULE_IS_EXPRESSION;
    }
}

static void play_register(struct player *player, struct bytes *program, uint64_t operation)
{
    int64_t align = player->cfi->data_align;
    uint64_t number = bytes_uleb(program);

    switch (operation)
    {
    case 0x05: /* offset_extended */
        set_rule(player, number, RULE_AT_CFA, (int64_t)bytes_uleb(program) * align);
        break;
    case 0x11: /* offset_extended_sf */
        set_rule(player, number, RULE_AT_CFA, bytes_sleb(program) * align);
        break;
    case 0x14: /* val_offset */
        set_rule(player, number, RULE_IS_CFA, (int64_t)bytes_uleb(program) * align);
        break;
    case 0x06: /* restore_extended */
        restore_rule(player, number);
        break;
    case 0x07: /* undefined */
        set_rule(player, number, RULE_UNDEFINED, 0);
        break;
    case 0x08: /* same_value */
        set_rule(player, number, RULE_SAME, 0);
        break;
    case 0x09: /* register */
        set_rule(player, number, RULE_REGISTER, (int64_t)bytes_uleb(program));
        break;
    case 0x10: /* expression */
        set_rule(player, number, RULE_AT_EXPRESSION, expression_at(player, program));
        break;
    default: /* 0x16, val_expression */
        set_rule(player, number, RULE_IS_EXPRESSION, expression_at(player, program));
    }
}

static void play_extended(struct player *player, struct bytes *program, uint64_t operation)
{
    const uint64_t on_cfa =
        1u << 0x0c | 1u << 0x0d | 1u << 0x0e | 1u << 0x0f | 1u << 0x12 | 1u << 0x13;
    const uint64_t on_register = 1u << 0x05 | 1u << 0x06 | 1u << 0x07 | 1u << 0x08 | 1u << 0x09 |
                                 1u << 0x10 | 1u << 0x11 | 1u << 0x14 | 1u << 0x16;

    if (operation >= 0x02 && operation <= 0x04) /* advance_loc1, 2, 4 */
        player->location += (uintptr_t)(bytes_read(program, (size_t)1 << (operation - 2)) *
                                        player->cfi->code_align);
    else if ((on_cfa >> operation & 1) != 0)
        play_cfa(player, program, operation);
    else if ((on_register >> operation & 1) != 0)
        play_register(player, program, operation);
    else if (operation == 0x0a)
        remember(player);
    else if (operation == 0x0b)
        recall(player);
    else if (operation == 0x2d) /* negate_ra_state (arm64) */
        player->now.is_signed = !player->now.is_signed;
    else if (operation == 0x2e) /* args_size: of interest when an exception is caught, not here */
        (void)bytes_uleb(program);
    else if (operation != 0x00)
        player->bad = true;
}

static void play(struct player *player, struct bytes program, uintptr_t pc)
{
    while (bytes_left(&program) && !player->bad && player->location <= pc)
    {
        uint64_t byte = bytes_read(&program, 1);
        uint64_t low = byte & 0x3f;

        if (byte >> 6 == 1) /* advance_loc */
            player->location += (uintptr_t)(low * player->cfi->code_align);
        else if (byte >> 6 == 2) /* offset */
            set_rule(player, low, RULE_AT_CFA,
                     (int64_t)bytes_uleb(&program) * player->cfi->data_align);
        else if (byte >> 6 == 3) /* restore */
            restore_rule(player, low);
        else
            play_extended(player, &program, byte);
    }
    player->bad |= program.bad;
}

bool cfi_rules(const struct cfi *cfi, uintptr_t pc, struct rules *rules)
{
    struct player player;

    player.cfi = cfi;
    player.location = cfi->start;
    player.depth = 0;
    player.bad = false;
    memset(&player.now, 0, sizeof player.now);
    player.at_start = player.now;
    play(&player, cfi->initial, pc);
    player.at_start = player.now;
    play(&player, cfi->program, pc);
    *rules = player.now;
    return !player.bad;
}
