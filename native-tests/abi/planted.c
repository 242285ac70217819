/* SPDX-License-Identifier: MIT */
/*
 * Planted bugs: each macro makes one that a check in this folder must catch. In an ordinary library
 * none of them would be remarkable. PLANT_NOTHING plants none.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(PLANT_LIKE_THE_PRODUCT)
/* What costs the dynamic loader memory: an import with a version, initial-exec TLS, an export. */
static __thread int slot __attribute__((tls_model("initial-exec")));
int *ksize(void);
int *ksize(void)
{
    slot = getpid();
    return &slot;
}

__attribute__((constructor)) static void at_load(void)
{
    (void)getpid();
}
#endif

#if defined(PLANT_EXPORT)
int nla_planted(void);
int nla_planted(void)
{
    return 1;
}
#endif

#if defined(PLANT_IMPORT)
static void import(void);
static void (*const keep)(void) __attribute__((used)) = import;
static void import(void)
{
    printf("%d\n", getpid());
}
#endif

#if defined(PLANT_TLS)
__thread int planted_tls;
int *planted_address(void);
int *planted_address(void)
{
    return &planted_tls;
}
#endif

#if defined(PLANT_TEXTREL)
__asm__(".text\nplanted_here: .quad planted_here\n");
#endif

#if defined(PLANT_AT_LOAD_MALLOC)
__attribute__((constructor)) static void allocate(void)
{
    void *volatile object = malloc(100);
    (void)object;
}
#endif

#if defined(PLANT_AT_LOAD_THREAD)
static void *run(void *nothing)
{
    pause();
    return nothing;
}

__attribute__((constructor)) static void start_thread(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
}
#endif

#if defined(PLANT_AT_LOAD_HANDLER)
__attribute__((constructor)) static void set_handler(void)
{
    signal(SIGPROF, SIG_IGN);
}
#endif

#if defined(PLANT_AT_LOAD_FILE)
__attribute__((constructor)) static void open_file(void)
{
    open("/dev/null", O_RDONLY);
}
#endif
