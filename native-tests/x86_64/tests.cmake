# SPDX-License-Identifier: MIT
# Everything runs on x86-64: nothing is left out.
set(stepper
    stepper.cc stepper_breakpoint.cc stepper_everywhere.cc stepper_machine.cc stepper_record.cc stepper_trace.cc
    stepper_walk.cc x86_64/instruction.cc)
set(malloc_imports_not_needed "")
set(parts proof golden abi lockdep malloc models fuzz soak documents)
