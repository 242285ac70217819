// SPDX-License-Identifier: MIT
//
// The stepped part of an Interruption: on which thread, by which driver.
#include "interruption.h"

#include <pthread.h>

bool Interruption::on_thread(void (*body)(Interruption *))
{
    _body = body;
    auto run = [](void *self) -> void *
    {
        auto *interruption = static_cast<Interruption *>(self);
        interruption->_body(interruption);
        return nullptr;
    };
    if (!_situation.on_a_new_thread)
        return run(this) == nullptr;
    pthread_t thread;
    return pthread_create(&thread, nullptr, run, this) == 0 && pthread_join(thread, nullptr) == 0;
}

void Interruption::perform_once()
{
    on_thread([](Interruption *self) { self->perform(); });
    keep_result();
}

void Interruption::record()
{
    record_disturbed({}, *_trace);
}

void Interruption::record_disturbed(const stepper::Disturbance &before, stepper::Trace &into)
{
    _request = {};
    _request.before = before;
    _into = &into;
    on_thread(
        [](Interruption *self)
        {
            stepper::trace(call, self, *self->_into, stepper::Where::Library,
                           self->_request.before);
        });
    if (_situation.ends_thread)
        stepper::number_occurrences(into);
    keep_result();
}

stepper::Outcome Interruption::step(size_t index, stepper::Inject inject, void *context)
{
    request(index, inject, context);
    return step_as_requested();
}

stepper::Outcome Interruption::step_as_requested()
{
    on_thread([](Interruption *self) { self->step_here(); });
    keep_result();
    return _request.outcome;
}

void Interruption::request(size_t index, stepper::Inject inject, void *context)
{
    _request = {index, inject, context, false, {}, _trace, {index, 0}};
}

stepper::Outcome Interruption::step_by_flag(size_t index, stepper::Inject inject, void *context)
{
    request(index, inject, context);
    _request.by_flag = true;
    return step_as_requested();
}

stepper::Outcome Interruption::step_disturbed(const stepper::Disturbance &before,
                                              const stepper::Trace &trace, size_t index,
                                              stepper::Inject inject, void *context)
{
    request(index, inject, context);
    _request.before = before;
    _request.trace = &trace;
    return step_as_requested();
}

// The injections are counted here: a call that ends its thread brings no outcome back.
void Interruption::step_here()
{
    auto inject = [](void *self, size_t index)
    {
        auto &request = static_cast<Interruption *>(self)->_request;
        request.outcome.injections++;
        request.inject(request.context, index);
    };
    if (_request.by_flag)
        stepper::inject_at(_request.index, call, this, inject, this);
    else
        stepper::inject_at(*_request.trace, _request.index, call, this, inject, this,
                           _request.before);
}
