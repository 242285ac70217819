// SPDX-License-Identifier: MIT
#include "calls.h"

#include "counters.h"
#include "footprint.h"
#include "plants.h"
#include "stepper.h"

#include <fcntl.h>

namespace fuzz
{
namespace
{
struct Running
{
    const Call &call;
    void *object; // in: to be freed; out: allocated
};

void perform(void *argument)
{
    auto *running = static_cast<Running *>(argument);
    const Call &call = running->call;
    const Door &used = door(call.exported);
    static const int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    switch (call.kind)
    {
    case Call::Allocate:
        running->object = used.allocate(call.size, call.gfp_flags, call.node);
        return;
    case Call::Free:
        if (running->object != nullptr)
            used.free(running->object);
        return;
    case Call::Trim:
        nolockalloc_trim();
        return;
    case Call::Drain:
        nolockalloc_drain();
        return;
    case Call::Slabinfo:
        nolockalloc_slabinfo(null_fd);
        return;
    default:
        counters();
        return;
    }
}

Running begin(Model &model, const Call &call)
{
    Running running = {call, nullptr};
    if (call.kind == Call::Allocate)
        model.expect_reports_of(call.size, call.gfp_flags, call.node);
    if (call.kind == Call::Free)
        running.object = reinterpret_cast<void *>(model.take(call.from_newest));
    return running;
}

void end(Model &model, const Running &running, bool was_interrupted)
{
    const Call &call = running.call;
    if (call.kind == Call::Allocate)
        model.accept(running.object, call.size, call.gfp_flags, call.node, was_interrupted);
}

struct Handler
{
    Model &model;
    const std::function<void()> &body;
};

void interrupt(void *context, size_t)
{
    auto *handler = static_cast<Handler *>(context);
    note_instruction(uintptr_t(stepper::interrupted().uc_mcontext.gregs[REG_RIP]));
    handler->model.interrupted++;
    handler->body();
    handler->model.interrupted--;
}
} // namespace

void make(Model &model, const Call &call)
{
    Running running = begin(model, call);
    perform(&running);
    end(model, running, false);
}

void make_interrupted(Model &model, const Call &call, size_t index,
                      const std::function<void()> &body)
{
    Running running = begin(model, call);
    Handler handler = {model, body};
    stepper::Outcome outcome = stepper::inject_at(index, perform, &running, interrupt, &handler);
    end(model, running, outcome.injections != 0);
}
} // namespace fuzz
