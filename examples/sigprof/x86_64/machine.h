/* SPDX-License-Identifier: MIT */
/* x86-64: DWARF numbers of the registers that the walk follows. */
#ifndef SIGPROF_MACHINE_H
#define SIGPROF_MACHINE_H

#define MACHINE_REGISTERS 17
#define MACHINE_FP 6
#define MACHINE_SP 7
#define MACHINE_RA 16 /* the column of the return address */
/* Where the caller's return address and frame pointer stand, in words from the frame pointer. */
#define MACHINE_FRAME_FP 0
#define MACHINE_FRAME_RA 1
#define MACHINE_RED_ZONE 128 /* bytes below sp that a signal leaves alone */

#endif /* SIGPROF_MACHINE_H */
