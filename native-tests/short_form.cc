// SPDX-License-Identifier: MIT
#include "short_form.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace short_form
{
namespace
{
bool is_everything_wanted()
{
    const char *wanted = getenv("NLA_EVERY_STOP");
    return wanted != nullptr && strcmp(wanted, "1") == 0;
}

// The same in every run (FNV-1a).
uint32_t number_of(const std::string &name)
{
    uint32_t number = 2166136261;
    for (char letter : name)
        number = (number ^ uint8_t(letter)) * 16777619;
    return number;
}

std::vector<size_t> boundaries(const stepper::Trace &trace, uint32_t from_pass, uint32_t to_pass)
{
    std::vector<size_t> found;
    for (size_t i = 0; i < std::min(trace.count, stepper::kMaxBoundaries); i++)
        if (trace.boundary[i].occurrence >= from_pass && trace.boundary[i].occurrence < to_pass)
            found.push_back(i);
    return found;
}

// All of them, or as many as there are runs at equal distances, the first of them by the number.
void add(std::vector<Stop> &stops, const std::vector<size_t> &at, size_t first_kind, const Plan &plan, uint32_t number)
{
    size_t runs = std::min(at.size(), plan.runs - stops.size());
    for (size_t n = 0; n < runs; n++)
    {
        size_t place = (n * at.size() + number % at.size()) / runs;
        stops.push_back({at[place], (n + first_kind) % plan.kinds});
    }
}
} // namespace

std::vector<Stop> stops(const stepper::Trace &trace, const std::string &of_case, const Plan &plan)
{
    Plan allowed = plan;
    if (is_everything_wanted())
        allowed.runs = SIZE_MAX;
    uint32_t number = number_of(of_case);
    std::vector<size_t> first = boundaries(trace, 0, 1), later = boundaries(trace, 1, plan.passes);
    std::vector<Stop> stops;
    for (size_t round = 0; round < plan.kinds; round++)
        for (const std::vector<size_t> &at : {first, later})
            add(stops, at, number + round, allowed, number);
    return stops;
}
} // namespace short_form
