# SPDX-License-Identifier: MIT
# What runs on arm64, under an emulator, and what does not.
set(stepper aarch64/stepper.cc)
set(parts aarch64 abi malloc)
set(malloc_imports_not_needed memmove) # its copies of large structs are memcpy

nla_leave_out(
  stepper "single-stepping is x86-64's trap flag"
  PROGRAMS abandonment bucket_retry controls debug_interrupted deferred_free everywhere exhaustive fast_path first_call
           instruction kmalloc_interrupted kmem_cache_interrupted kmem_cache_life_interrupted memcg_interrupted
           numa_interrupted page_interrupted thread_exit unwind
  TESTS *AtEveryInstruction*
        *AtAnyInstruction*
        *Interrupted.By*
        *Interrupted.For*
        TextBufferInterrupted.*
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
nla_leave_out(
  machine "registers, system calls and instructions of x86-64"
  PROGRAMS failed_exchange limits refused small_stack)
nla_leave_out(
  emulator "qemu itself keeps 280 KiB of each thread that ended, and has no room for the largest arena"
  TESTS *Threads.TenThousandShortOnesLeaveNothingBehind/*
        Life.TheArenaIsAsLargeAsTheOptionsSay)
nla_leave_out(
  emulator_fork "qemu 7.2 itself fails when the child of a threaded program makes a thread"
  TESTS Fork.AChildOfAThreadedProgramHasAllOfMalloc)
nla_leave_out(
  parts "proof, golden, lockdep and fuzz step, the models are of no machine, and a script starts soak"
  PROGRAMS proof golden lockdep fuzz models soak)
