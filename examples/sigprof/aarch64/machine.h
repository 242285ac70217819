/* SPDX-License-Identifier: MIT */
/* arm64: DWARF numbers of the registers that the walk follows. */
#ifndef SIGPROF_MACHINE_H
#define SIGPROF_MACHINE_H

#define MACHINE_REGISTERS 33 /* x0..x30, sp, and a place for the pc of a signal frame */
#define MACHINE_FP 29
#define MACHINE_SP 31
#define MACHINE_RA 30 /* the column of the return address */
/* Where the caller's return address and frame pointer stand, in words from the frame pointer. */
#define MACHINE_FRAME_FP 0
#define MACHINE_FRAME_RA 1
#define MACHINE_RED_ZONE 0 /* bytes below sp that a signal leaves alone */

#endif /* SIGPROF_MACHINE_H */
