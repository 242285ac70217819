// SPDX-License-Identifier: MIT
//
// nla_soak [MINUTES [FILE]]: threads, handlers, ends of threads, forks, stops, for so long; the
// memory curve goes to FILE as CSV. NLA_SOAK_MINUTES (20) where MINUTES is not given. Exit code 1
// on any failure. NLA_SOAK_PLANT=twice or leak makes a mistake, which must be found.
#include "counters.h"
#include "forks.h"
#include "objects.h"
#include "samples.h"
#include "workers.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace
{
using Clock = std::chrono::steady_clock;
constexpr unsigned kStallSeconds = 60; // SIGALRM ends a process whose main loop does not come round
constexpr unsigned kProgressSeconds = 5;
constexpr unsigned kSwingSeconds = 5;

double seconds_since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

void show(const soak::Sample &now)
{
    printf("%6.0f s: %11lu operations, %10lu in handlers, %7lu threads, %5lu forks, %6lu stops; "
           "%6lu KiB resident, %6lu in slabs; %lu failures\n",
           now.seconds, now.operations, now.in_handlers, now.threads, now.forks, now.stops,
           now.rss_kib, now.slab_kib, now.failures);
    fflush(stdout);
}

double minutes_wanted(int argc, char **argv)
{
    const char *text = argc > 1 ? argv[1] : getenv("NLA_SOAK_MINUTES");
    return text == nullptr || *text == 0 ? 20 : strtod(text, nullptr);
}

void plant_if_wanted()
{
    const char *what = getenv("NLA_SOAK_PLANT");
    if (what != nullptr)
        soak::plant(strcmp(what, "twice") == 0 ? soak::Plant::Twice : soak::Plant::Leak);
}

std::vector<soak::Sample> run(double seconds, FILE *csv)
{
    std::vector<soak::Sample> samples;
    uint64_t forks = 0, moved = 0;
    auto start = Clock::now();
    double next_sample = 1, moved_at = 0;
    for (double now = 0; now < seconds; now = seconds_since(start))
    {
        alarm(kStallSeconds);
        soak::set_filling(unsigned(now) / kSwingSeconds % 2 ? 3 : 6);
        const char *wrong = soak::fork_once();
        forks++;
        if (*wrong != 0)
            printf("fork %lu: %s\n", forks, wrong);
        soak::failures().children += *wrong != 0;
        usleep(200 * 1000);
        if (seconds_since(start) < next_sample)
            continue;
        samples.push_back(soak::measure(seconds_since(start), forks));
        write_csv(csv, samples.back());
        if (samples.size() % kProgressSeconds == 0)
            show(samples.back());
        next_sample += 1;
        if (samples.back().operations != moved)
            moved_at = now;
        moved = samples.back().operations;
        soak::failures().stuck += now - moved_at > kStallSeconds;
    }
    return samples;
}

// 0 if all is well.
int conclude(const std::vector<soak::Sample> &samples)
{
    size_t left = soak::free_all();
    std::string complaint = complaint_after_trim();
    uint64_t threads = counters().thread_blocks_in_use;
    const soak::Failures &failures = soak::failures();
    soak::Verdict verdict = soak::judge(samples);
    if (!samples.empty())
        show(samples.back());
    printf("NULL %lu, damaged %lu, not zero %lu, children %lu, stuck %lu, reports %lu\n",
           wrongs().nulls.load(), wrongs().damaged.load(), wrongs().not_zero.load(),
           failures.children.load(), failures.stuck.load(), counters().reports);
    printf("%zu objects were live at the end; after the last free: %s\n", left,
           complaint.empty() ? "nothing is left" : complaint.c_str());
    printf("thread blocks in use %lu; handlers %lu deep at most\n", threads,
           soak::progress().deepest);
    printf("%s\n", verdict.text().c_str());
    bool failed = soak::sum_of_failures() + counters().reports != 0 || !complaint.empty() ||
                  threads != 1 || (verdict.is_judged && !verdict.is_flat) ||
                  soak::progress().in_handlers == 0;
    printf("soak: %s\n", failed ? "FAILED" : "passed");
    return failed;
}
} // namespace

int main(int argc, char **argv)
{
    double minutes = minutes_wanted(argc, argv);
    FILE *csv = fopen(argc > 2 ? argv[2] : "soak.csv", "we");
    if (csv == nullptr || !(minutes > 0))
    {
        fprintf(stderr, "usage: nla_soak [MINUTES [FILE]]\n");
        return 2;
    }
    plant_if_wanted();
    soak::write_csv_header(csv);
    soak::start_workers();
    std::vector<soak::Sample> samples = run(minutes * 60, csv);
    soak::stop_workers();
    fclose(csv);
    return conclude(samples);
}
