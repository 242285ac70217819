// SPDX-License-Identifier: MIT
#include "forks.h"

#include "ledger.h"
#include "objects.h"

#include <cerrno>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

namespace soak
{
namespace
{
constexpr unsigned kSecondsForAChild = 30;

// nullptr if they all work.
void *use_every_bucket(void *)
{
    static int fails;
    return every_bucket_works(direct_door()) ? nullptr : &fails;
}

// The exit code says what was wrong.
int live_as_a_child()
{
    uint64_t before = sum_of_failures();
    free_all();
    if (sum_of_failures() != before)
        return 2;
    if (!every_bucket_works(exported_door()))
        return 3;
    void *wrong = nullptr;
    pthread_t thread;
    if (pthread_create(&thread, nullptr, use_every_bucket, nullptr) != 0)
        return 4;
    pthread_join(thread, &wrong);
    if (wrong != nullptr || use_every_bucket(nullptr) != nullptr)
        return 5;
    nolockalloc_trim();
    return 0;
}
} // namespace

const char *fork_once()
{
    pid_t child = fork();
    if (child < 0)
        return "fork() failed";
    if (child == 0)
    {
        alarm(kSecondsForAChild); // its default action: a child that hangs ends by a signal
        _exit(live_as_a_child());
    }
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGALRM ? "a child hung" : "a child crashed";
    return status == 0 ? "" : "a child was wrong";
}
} // namespace soak
