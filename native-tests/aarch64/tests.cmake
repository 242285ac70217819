# SPDX-License-Identifier: MIT
# What runs on arm64. Single-stepping is x86-64's trap flag: tests that step are left out here, by name.
set(stepper aarch64/stepper.cc)

# Whole programs. The stepper:
set(left_out abandonment bucket_retry controls debug_interrupted deferred_free exhaustive fast_path first_call
             kmalloc_interrupted kmem_cache_interrupted memcg_interrupted thread_exit)
# Registers, system calls and instructions of x86-64:
list(APPEND left_out failed_exchange limits refused small_stack)

# Single tests of the others.
set(left_out_of_alloc_tag AllocTags.AtEveryInstructionAHandlerMayUseTheSameCallSite)
set(left_out_of_doors Doors.APlainCallTakesTheDirectEntry:Calls/Stack.*)
set(left_out_of_fork *ForkAtEveryInstruction.*)
set(left_out_of_kmalloc Kmalloc.TakesNoMoreInstructionsThanKmallocNolock)
set(left_out_of_kmem_cache KmemCache.CostsAsMuchAsKmalloc
                           KmemCacheDestroy.F4TwoAtATimeWithDeferredFreesPendingBothEnd)
set(left_out_of_page PagesInterrupted.*)
set(left_out_of_reentrancy *SignalAtEveryInstruction.*)
set(left_out_of_threads *Threads.TenThousandShortOnesLeaveNothingBehind/*) # qemu keeps 280 KiB of each thread
set(left_out_of_thread_end Doors/ThreadEnd.ByPthreadExitInAHandler*:Doors/ThreadEnd.BySysExitInAHandler*)

# proof, golden, fuzz and malloc's tests step; the models are of no machine.
set(parts aarch64 abi)
