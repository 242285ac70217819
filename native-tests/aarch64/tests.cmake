# SPDX-License-Identifier: MIT
# What runs on arm64. Single-stepping is x86-64's trap flag: tests that step are left out here, by name.
set(stepper aarch64/stepper.cc)

# Whole programs. The stepper:
set(left_out abandonment bucket_retry controls debug_interrupted deferred_free exhaustive fast_path first_call
             kmalloc_interrupted kmem_cache_interrupted memcg_interrupted numa_interrupted thread_exit)
# Registers, system calls and instructions of x86-64:
list(APPEND left_out failed_exchange limits refused small_stack)

# Tests of the other programs. The stepper:
set(left_out_tests
    *AtEveryInstruction*
    *AtAnyInstruction*
    *Interrupted.By*
    *Interrupted.For*
    PagesInterrupted.*
    *ThreadEnd.ByPthreadExitInAHandler*
    *ThreadEnd.BySysExitInAHandler*
    Calls/Stack.*
    Context.WithoutPreemptRtADeclaredNmiIsServedInTheMiddleOfEveryCall
    Hook.*AtEveryPoint*
    Hook.EveryOtherPointOfTheHeaderIsOneThatTheTestsPass
    Doors.APlainCallTakesTheDirectEntry
    Kmalloc.TakesNoMoreInstructionsThanKmallocNolock
    KmemCache.CostsAsMuchAsKmalloc
    KmemCacheDestroy.F4TwoAtATimeWithDeferredFreesPendingBothEnd)
# qemu itself keeps 280 KiB of each thread that ended:
list(APPEND left_out_tests *Threads.TenThousandShortOnesLeaveNothingBehind/*)

# proof, golden, lockdep, fuzz and malloc's tests step; the models are of no machine; soak is started by a script.
set(parts aarch64 abi)
