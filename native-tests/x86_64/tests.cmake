# SPDX-License-Identifier: MIT
# Everything runs on x86-64: nothing is left out.
set(stepper
    stepper/stepper.cc stepper/breakpoint.cc stepper/everywhere.cc stepper/machine.cc stepper/record.cc
    stepper/trace.cc stepper/walk.cc x86_64/instruction.cc)
set(malloc_imports_not_needed "")
set(parts proof golden abi lockdep malloc models fuzz soak documents)
