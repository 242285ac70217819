/* SPDX-License-Identifier: MIT */
/*
 * Load, fork and exit. The environment:
 *   NOLOCKPROF_HZ     samples a second and thread, 1 to 10000; default 1000
 *   NOLOCKPROF_OUT    the files are OUT.PID.folded, OUT.PID.svg and OUT.PID.stats; default
 * nolockprof NOLOCKPROF_CLOCK  cpu (default): threads are sampled while they compute; wall: all the
 * time
 *
 * Processes that the program starts are profiled as well, each into files of its own.
 */
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "prof.h"
#include "report.h"

struct prof prof;

static int find_allocator(struct dl_phdr_info *module, size_t size, void *unused)
{
    uintptr_t inside = (uintptr_t)&kmalloc_nolock_noprof;

    (void)size;
    (void)unused;
    for (int i = 0; i < module->dlpi_phnum; i++)
    {
        const ElfW(Phdr) *segment = &module->dlpi_phdr[i];
        uintptr_t start = module->dlpi_addr + segment->p_vaddr;

        if (segment->p_type != PT_LOAD || inside < start || inside >= start + segment->p_memsz)
            continue;
        prof.allocator_start = start;
        prof.allocator_end = start + segment->p_memsz;
        return 1;
    }
    return 0;
}

static void read_environment(void)
{
    const char *hz = secure_getenv("NOLOCKPROF_HZ");
    const char *clock = secure_getenv("NOLOCKPROF_CLOCK");

    prof.out = secure_getenv("NOLOCKPROF_OUT");
    if (prof.out == NULL || *prof.out == '\0')
        prof.out = "nolockprof";
    prof.hz = hz == NULL ? 1000 : (unsigned)strtoul(hz, NULL, 10);
    if (prof.hz < 1 || prof.hz > 10000)
        prof.hz = 1000;
    prof.clock = clock != NULL && strcmp(clock, "wall") == 0 ? PROF_CLOCK_WALL : PROF_CLOCK_CPU;
}

static void begin(void)
{
    prof.pid = getpid();
    prof.before.version = NOLOCKALLOC_STATS_VERSION;
    nolockalloc_stats(&prof.before);
    atomic_store(&prof.running, true);
    thread_begin();
}

/* The child has a copy of the parent's chains and none of its timers: it begins anew. */
static void begin_in_child(void)
{
    if (!atomic_exchange(&prof.running, false))
        return;
    chains_free_all();
    memset(&prof.counts, 0, sizeof prof.counts);
    prof.threads = 0;
    prof.threads_unsampled = 0;
    begin();
}

/* The process timer does not say how many of its periods a signal stands for: the sum tells. */
static void correct_process_hz(void)
{
    struct timespec cpu;
    double seconds;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    seconds = (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9;
    if ((double)prof.counts.periods / seconds < prof.hz)
        prof.hz = 1 + (unsigned)((double)prof.counts.periods / seconds);
}

void prof_end(void)
{
    if (prof.pid != getpid() || !atomic_exchange(&prof.running, false))
        return;
    thread_end();
    chains_merge();
    if (prof.clock == PROF_CLOCK_PROCESS)
        correct_process_hz();
    if (prof.counts.samples > 0)
        report_write();
}

bool prof_in_signal_handler(void)
{
    ucontext_t here;
    uintptr_t pc[256];

    return getcontext(&here) != 0 ||
           walk_stack(&here, thread_stack(), pc, sizeof pc / sizeof pc[0]).in_signal_handler;
}

__attribute__((constructor)) static void on_load(void)
{
    read_environment();
    dl_iterate_phdr(find_allocator, NULL);
    if (!handler_install())
        return;
    pthread_atfork(NULL, NULL, begin_in_child);
    begin();
}

__attribute__((destructor)) static void on_exit_of_process(void)
{
    prof_end();
}
