/* SPDX-License-Identifier: MIT */
/*
 * The thread-local slot, and the end of threads.
 *
 * The slot is initial-exec: its address is an offset from the thread pointer that the loader computed, so
 * that reaching it calls nothing and allocates nothing, in any context.
 */
#include <errno.h>
#include <pthread.h>

#include "shim.h"

/* All zero: each fast path falls out of it by its ordinary tests. */
_Alignas(64) static unsigned char boot_thread[NLA_THREAD_BLOCK_BYTES];

__attribute__((visibility("hidden"), tls_model("initial-exec"))) __thread void *nla_slot = boot_thread;

/* Not in the thread's block: a thread may have to do without, and a block passes from thread to thread. */
static __attribute__((tls_model("initial-exec"))) __thread uint64_t active_group;

static __attribute__((tls_model("initial-exec"))) __thread uint64_t task[NLA_TASK_WORDS];

/* glibc keeps the values of the first 32 keys in the thread itself; a later key would allocate at its first
 * use in a thread, so it is not used, and the ends of threads are noticed by their numbers. */
enum
{
    KEYS_WITHOUT_ALLOCATION = 32
};

/* No frame of an exported C# method is larger; a frame pointer that leads further is none. */
enum
{
    FRAME_BYTES_AT_MOST = 4096
};

static pthread_key_t exit_key;
static int has_exit_key;

void *nla_os_boot_thread(void)
{
    return boot_thread;
}

/* Keeps its frame pointer, as C# methods keep theirs: the caller's return address lies above it. */
__attribute__((optimize("no-omit-frame-pointer"), noinline)) void *nla_os_enter(
    uint64_t *return_address)
{
    uint64_t *own = __builtin_frame_address(0);
    uint64_t *managed = (uint64_t *)own[0];
    size_t distance = (size_t)((uintptr_t)managed - (uintptr_t)own);
    *return_address = distance < FRAME_BYTES_AT_MOST ? managed[1] : 0;
    return nla_slot;
}

/* Keeps its own, so that the one it found lies there. */
__attribute__((optimize("no-omit-frame-pointer"), noinline)) uintptr_t nla_os_frame_pointer(void)
{
    uintptr_t *own = __builtin_frame_address(0);
    return own[0];
}

void **nla_os_slot(void)
{
    return &nla_slot;
}

uint64_t *nla_os_active_group(void)
{
    return &active_group;
}

void *nla_os_task(void)
{
    return task;
}

void nla_os_call(void (*function)(int point, void *data), int point, void *data)
{
    function(point, data);
}

int nla_os_watch_thread_exit(void)
{
    if (!__atomic_load_n(&has_exit_key, __ATOMIC_ACQUIRE))
    {
        return 0;
    }
    int saved = errno;
    int error = pthread_setspecific(exit_key, &nla_slot);
    errno = saved;
    return error == 0;
}

/* The frame is a local that holds the return address: where that itself lies is free again in a last call that
 * the compiler makes a jump. */
static void on_thread_exit(void *slot)
{
    _Alignas(16) volatile uint64_t place[2];
    place[1] = (uintptr_t)__builtin_return_address(0);
    nla_thread_exit(slot, (uint64_t)(uintptr_t)(place + 1) | place[1] << 48);
}

/* Before this has run, and where it fails, threads are served all the same. */
__attribute__((constructor)) static void start(void)
{
    if (nla_thread_block_bytes() != NLA_THREAD_BLOCK_BYTES)
    {
        nla_os_abort();
    }
    if (pthread_key_create(&exit_key, on_thread_exit) != 0)
    {
        return;
    }
    if (exit_key < KEYS_WITHOUT_ALLOCATION)
    {
        __atomic_store_n(&has_exit_key, 1, __ATOMIC_RELEASE);
    }
    else
    {
        pthread_key_delete(exit_key);
    }
}

__attribute__((destructor)) static void finish(void)
{
    nla_process_exit();
}
