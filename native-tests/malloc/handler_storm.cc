// SPDX-License-Identifier: MIT
//
// A program that does what nobody may: its SIGALRM handler, at a high rate, uses malloc, free, realloc, printf to
// memory and std::string while main does the same. `handler_storm` runs until the handler ran often enough and
// everything was right. `handler_storm expect-failure` runs the same in a child and succeeds if that hangs or
// crashes, as it does on an ordinary malloc: the control.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <string>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace
{
constexpr long kHandlers = 20000;
constexpr unsigned kSeconds = 60;
constexpr unsigned kControlSeconds = 20;
constexpr long kMicroseconds = 50 * NLA_TIMER_SLOWNESS; // from handler to handler, in which main gets on

volatile sig_atomic_t g_wrong;

// Everything that allocates, for main or for the handler: each has a worker, and each call owns what it makes.
class Worker
{
  public:
    explicit Worker(char letter) : _letter(letter), _stream(open_memstream(&_text, &_length))
    {
    }

    void work()
    {
        _round++;
        keep_some();
        grow_one();
        print();
        build_strings();
    }

  private:
    void expect(bool right)
    {
        if (!right)
            g_wrong = 1;
    }

    void keep_some()
    {
        Kept &kept = _kept[_round % 64];
        for (size_t i = 0; i < kept.size; i++)
            expect(kept.bytes[i] == _letter);
        free(kept.bytes);
        kept.size = _round * 2654435761u % 3000 + 1;
        kept.bytes = static_cast<char *>(malloc(kept.size));
        memset(kept.bytes, _letter, kept.size);
    }

    void grow_one()
    {
        char *bytes = nullptr;
        size_t size = 0;
        for (size_t next = 10; next < 200000; next *= 3)
        {
            bytes = static_cast<char *>(realloc(bytes, next));
            for (size_t i = 0; i < size; i += 61)
                expect(bytes[i] == _letter);
            memset(bytes, _letter, next);
            size = next;
        }
        free(bytes);
    }

    void print()
    {
        if (_round % 100 == 0)
            rewind(_stream);
        fprintf(_stream, "%c %ld %s\n", _letter, long(_round), "to a memory stream");
        fflush(_stream);
        char *line = nullptr;
        expect(asprintf(&line, "%c%ld", _letter, long(_round)) > 1 && line[0] == _letter);
        free(line);
    }

    void build_strings()
    {
        std::map<std::string, std::vector<int>> map;
        for (int i = 0; i < 8; i++)
            map[std::string(size_t(i) * 20, _letter) + std::to_string(i)].assign(size_t(i) * 9, i);
        for (int i = 0; i < 8; i++)
            expect(map[std::string(size_t(i) * 20, _letter) + std::to_string(i)].size() == size_t(i) * 9);
    }

    struct Kept
    {
        char *bytes;
        size_t size;
    };
    const char _letter;
    size_t _round = 0;
    char *_text = nullptr;
    size_t _length = 0;
    FILE *_stream;
    Kept _kept[64] = {};
};

Worker *g_handlers;
volatile long g_runs;

void wind()
{
    itimerval once = {{0, 0}, {0, kMicroseconds}};
    setitimer(ITIMER_REAL, &once, nullptr);
}

void on_alarm(int)
{
    int saved = errno;
    g_handlers->work();
    g_runs = g_runs + 1;
    wind();
    errno = saved;
}

int run()
{
    Worker own('m');
    Worker handlers('h');
    g_handlers = &handlers;
    signal(SIGALRM, on_alarm);
    wind();
    time_t end = time(nullptr) + kSeconds;
    while (g_runs < kHandlers && !g_wrong && time(nullptr) < end)
        own.work();
    signal(SIGALRM, SIG_IGN); // also the one that is on its way: its worker is about to go
    printf("%ld handlers ran, and everything was %s\n", g_runs, g_wrong ? "WRONG" : "right");
    return g_wrong || g_runs < 1000;
}

int expect_failure()
{
    pid_t child = fork();
    if (child == 0)
        _exit(run());
    for (unsigned i = 0; i < kControlSeconds * 10; i++)
    {
        int status = 0;
        if (waitpid(child, &status, WNOHANG) == child)
        {
            printf("ended with status 0x%x\n", unsigned(status));
            return status == 0;
        }
        usleep(100000);
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    puts("hung");
    return 0;
}
} // namespace

int main(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], "expect-failure") == 0 ? expect_failure() : run();
}
