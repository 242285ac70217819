// SPDX-License-Identifier: MIT
#include "samples.h"

#include "counters.h"
#include "objects.h"
#include "workers.h"

#include <algorithm>
#include <fcntl.h>
#include <sstream>
#include <unistd.h>

namespace soak
{
namespace
{
constexpr double kShortestSeconds = 115; // two minutes, and a slow machine
constexpr uint64_t kSlackKib = 1024;

uint64_t resident_kib()
{
    char text[128] = {};
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    unsigned long all = 0, resident = 0;
    if (got <= 0 || sscanf(text, "%lu %lu", &all, &resident) != 2)
        return 0;
    return resident * uint64_t(sysconf(_SC_PAGESIZE)) / 1024;
}

uint64_t median(const std::vector<Sample> &samples, size_t quarter, uint64_t Sample::*figure)
{
    std::vector<uint64_t> values;
    for (size_t i = samples.size() * quarter / 4; i < samples.size() * (quarter + 1) / 4; i++)
        values.push_back(samples[i].*figure);
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

bool is_flat(uint64_t before, uint64_t after)
{
    return after <= before + std::max(before / 20, kSlackKib);
}
} // namespace

Sample measure(double seconds, uint64_t forks)
{
    struct nolockalloc_stats stats = counters();
    Progress done = progress();
    uint64_t cached = 0;
    for (const BucketStats &bucket : stats.bucket)
        cached += bucket.cached_objects;
    return {seconds,
            resident_kib(),
            stats.slab_bytes / 1024,
            stats.idle_bytes / 1024,
            cached,
            stats.thread_blocks_in_use,
            stats.thread_blocks_high,
            done.operations,
            done.in_handlers,
            done.threads,
            forks,
            done.stops,
            sum_of_failures() + stats.reports};
}

void write_csv_header(FILE *file)
{
    fprintf(file, "seconds,rss_kib,slab_kib,idle_kib,cached_objects,thread_blocks_in_use,"
                  "thread_blocks_high,operations,in_handlers,threads,forks,stops,failures\n");
}

void write_csv(FILE *file, const Sample &sample)
{
    fprintf(file, "%.1f,%lu,%lu,%lu,%lu,%lu,%lu,%lu,%lu,%lu,%lu,%lu,%lu\n", sample.seconds,
            sample.rss_kib, sample.slab_kib, sample.idle_kib, sample.cached_objects,
            sample.thread_blocks_in_use, sample.thread_blocks_high, sample.operations,
            sample.in_handlers, sample.threads, sample.forks, sample.stops, sample.failures);
    fflush(file);
}

Verdict judge(const std::vector<Sample> &samples)
{
    Verdict verdict = {};
    verdict.is_judged = !samples.empty() && samples.back().seconds >= kShortestSeconds;
    verdict.rss_second = median(samples, 1, &Sample::rss_kib);
    verdict.rss_fourth = median(samples, 3, &Sample::rss_kib);
    verdict.slabs_second = median(samples, 1, &Sample::slab_kib);
    verdict.slabs_fourth = median(samples, 3, &Sample::slab_kib);
    verdict.is_flat = is_flat(verdict.rss_second, verdict.rss_fourth) &&
                      is_flat(verdict.slabs_second, verdict.slabs_fourth);
    return verdict;
}

std::string Verdict::text() const
{
    std::ostringstream out;
    out << "memory, medians of the second and the fourth quarter: resident " << rss_second
        << " and " << rss_fourth << " KiB, slabs " << slabs_second << " and " << slabs_fourth
        << " KiB: "
        << (!is_judged ? "too short to judge"
            : is_flat  ? "flat"
                       : "NOT FLAT");
    return out.str();
}
} // namespace soak
