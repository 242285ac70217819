// SPDX-License-Identifier: MIT
#include "settling.h"

#include "leaving.h"
#include "servant.h"
#include "work.h"

#include <csetjmp>
#include <cstring>
#include <list>
#include <sstream>

namespace proof
{
struct NextCall
{
    const char *name;
    Leaving leaving; // of the first call
    stepper::Call call;
};

namespace
{
Interruption &of(void *first)
{
    return *static_cast<Interruption *>(first);
}

// Zeroed: not by the fast path.
void allocate(void *first)
{
    Interruption &on = of(first);
    on.result = on.door().allocate(on.situation().size, __GFP_ZERO, NUMA_NO_NODE);
}

void free_an_older(void *first)
{
    of(first).older.free_newest();
}

void trim(void *)
{
    nolockalloc_trim();
}

void drain(void *)
{
    nolockalloc_drain();
}

constexpr NextCall kNext[] = {
    {"allocate", Leaving::ByLongjmp, allocate},
    {"free", Leaving::ByLongjmp, free_an_older},
    {"trim", Leaving::ByLongjmp, trim},
    {"drain", Leaving::ByLongjmp, drain},
    {"a new thread's first allocation", Leaving::BySysExit, allocate},
};

constexpr const char *kFirst[] = {"AllocateWithRefill",    "AllocateWithBarnGet",
                                  "AllocateWithNewSlab",   "FreeWithBarnPut",
                                  "FreeWithSlabGivenBack", "AllocateLargestWithNewSlab"};

const NextCall &next_call_of(const Situation &path)
{
    const char *name = strstr(path.name, "then ") + strlen("then ");
    for (const NextCall &next : kNext)
        if (strcmp(next.name, name) == 0)
            return next;
    abort();
}

struct Handler
{
    Interruption &first;
    const char *script; // nullptr: leaves
    sigjmp_buf before;
    size_t injections = 0;
};

void handle(void *context, size_t)
{
    auto *handler = static_cast<Handler *>(context);
    handler->injections++;
    if (handler->script == nullptr)
        siglongjmp(handler->before, 1);
    play(handler->first, handler->script);
}
} // namespace

std::vector<Situation> Settling::paths()
{
    static std::list<std::string> names;
    std::vector<Situation> all;
    for (const char *first : kFirst)
        for (const NextCall &next : kNext)
        {
            names.push_back(std::string(first) + ", then " + next.name);
            Situation path = situation_named(first);
            path.name = names.back().c_str();
            all.push_back(path);
        }
    return all;
}

Settling::Settling(Job &job)
    : _job(job), _next(next_call_of(job.situation)), _first(job.door, job.situation),
      _next_trace(stepper::map_trace())
{
}

std::string Settling::find()
{
    bool found = false;
    run_where_it_leaves(_job.situation, _next.leaving, [&] { found = _first.find(); });
    return found ? "" : "the state was not reached";
}

// In every other place a handler had freed something before.
static bool has_deferred(uint32_t left_at)
{
    return left_at % 2 != 0;
}

bool Settling::leave_first(uint32_t index)
{
    const char *script = has_deferred(index) ? "ff" : "";
    bool reached = leave_at(_first, index, _next.leaving, true, script);
    use_the_stack_below();
    return reached;
}

void Settling::on_its_thread(const std::function<void()> &body)
{
    if (_next.leaving == Leaving::ByLongjmp)
        body();
    else
        on_a_thread_that_ends(body);
}

std::string Settling::record(uint32_t left_at)
{
    if (!leave_first(left_at))
        return "the boundary was not reached again";
    on_its_thread([&] { stepper::trace(_next.call, &_first, *_next_trace); });
    return look(1);
}

std::string Settling::interrupt(uint32_t left_at, uint32_t index, const char *script)
{
    if (!leave_first(left_at))
        return "the boundary of the first was not reached again";
    Handler handler = {_first, script, {}};
    on_its_thread(
        [&]
        {
            if (sigsetjmp(handler.before, 1) == 0)
                stepper::inject_at(*_next_trace, index, _next.call, &_first, handle, &handler);
            stepper::forget();
        });
    if (handler.injections != 1)
        return "the boundary was not reached again";
    use_the_stack_below();
    size_t in_hand = script != nullptr ? 0 : 1;
    return look(1 + in_hand);
}

// More objects than an array holds come and go; no two share a byte; but for those in hand, nothing
// is left at the end.
std::string Settling::look(size_t lost)
{
    if (_first.result != nullptr)
        _first.own.adopt(_first.result, _job.situation.size);
    play(_first, std::string(150, 'a'));
    std::string complaint =
        overlap_in({&_first.own, &_first.older, &_first.older_other, &_first.nested});
    _first.free_all();
    complaint += _first.complaints();
    if (!is_at_full_speed(_job.door, _job.situation.size))
        complaint += "the bucket is not at full speed; ";
    return complaint + complaint_after_trim(lost);
}

std::string Settling::describe_next(uint32_t index) const
{
    std::ostringstream out;
    out << _next.name << ", boundary " << index << " of " << _next_trace->count << " at +0x"
        << std::hex << _next_trace->boundary[index].pc - stepper::library_base();
    return out.str();
}
} // namespace proof
