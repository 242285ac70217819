// SPDX-License-Identifier: MIT
#include "calls.h"

#include "footprint.h"
#include "plants.h"
#include "stepper/stepper.h"

namespace fuzz
{
namespace
{
struct Running
{
    Request request;
    const Door &used;
};

void perform_running(void *argument)
{
    auto *running = static_cast<Running *>(argument);
    perform(running->used, running->request);
}

Running begin(Model &model, const Call &call)
{
    Running running = {call.request, door(call.exported)};
    const Request &request = call.request;
    if (request.operation == Operation::Allocate)
        model.expect_reports_of(request.size, request.gfp_flags, request.node);
    if (request.operation == Operation::Free)
        running.request.object = reinterpret_cast<void *>(model.take(call.from_newest));
    return running;
}

void end(Model &model, const Running &running, bool was_interrupted)
{
    const Request &request = running.request;
    if (request.operation == Operation::Allocate)
        model.accept(request.object, request.size, request.gfp_flags, request.node,
                     was_interrupted);
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
    perform_running(&running);
    end(model, running, false);
}

void make_interrupted(Model &model, const Call &call, size_t index,
                      const std::function<void()> &body)
{
    Running running = begin(model, call);
    Handler handler = {model, body};
    stepper::Outcome outcome =
        stepper::inject_at(index, perform_running, &running, interrupt, &handler);
    end(model, running, outcome.injections != 0);
}
} // namespace fuzz
