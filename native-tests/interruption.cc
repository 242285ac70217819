// SPDX-License-Identifier: MIT
#include "interruption.h"

#include <cstring>
#include <fcntl.h>
#include <pthread.h>
#include <sstream>
#include <unistd.h>

namespace
{
constexpr size_t kMostOperations = 20000;
constexpr const char *kNull = "an allocation gave NULL";

// More than an array holds.
size_t older_objects(size_t size)
{
    return size < 256 ? 90 : 40;
}
} // namespace

Interruption::Interruption(const Door &door, const Situation &situation)
    : older(door), older_other(door), nested(door), _door(door), _situation(situation),
      _own(door, 2 * kMostOperations), _trace(new stepper::Trace),
      _null_fd(open("/dev/null", O_WRONLY | O_CLOEXEC))
{
}

Interruption::~Interruption()
{
    close(_null_fd);
}

void Interruption::prepare_objects()
{
    nolockalloc_trim();
    for (size_t i = 0; i < older_objects(_situation.size); i++)
        older.allocate(_situation.size);
    for (size_t i = 0; i < older_objects(other_size()); i++)
        older_other.allocate(other_size());
    for (size_t i = 0; i < _situation.prepared; i++)
        _own.allocate(_situation.size);
    if (_situation.freed)
        _own.free_all();
    if (_situation.trimmed)
        nolockalloc_trim();
}

void Interruption::perform()
{
    switch (_situation.operation)
    {
    case Operation::Allocate:
        _result = _door.allocate(_situation.size, _situation.gfp_flags, NUMA_NO_NODE);
        return;
    case Operation::Free:
        _door.free(_victim.start);
        return;
    case Operation::Trim:
        nolockalloc_trim();
        return;
    case Operation::Drain:
        nolockalloc_drain();
        return;
    case Operation::Stats:
        counters();
        return;
    case Operation::Slabinfo:
        nolockalloc_slabinfo(_null_fd);
        return;
    }
}

void Interruption::call(void *self)
{
    static_cast<Interruption *>(self)->perform();
}

void Interruption::keep_result()
{
    if (_situation.operation != Operation::Allocate)
        return;
    if (_result == nullptr)
        _own.complain(kNull);
    else
        _own.adopt(_result, _situation.size);
    _result = nullptr;
}

// Repeats the operation until it counts in `reached`; notes how often it did not.
bool Interruption::count_steps()
{
    for (_steps = 0; _steps < kMostOperations; _steps++)
    {
        uint64_t before = count(_situation.reached, _situation.size);
        if (_situation.operation == Operation::Free)
            _victim = _own.size() == 0 ? Object{} : _own.give_away();
        perform();
        keep_result();
        if (count(_situation.reached, _situation.size) != before)
            return true;
        if (_situation.operation == Operation::Free && _own.size() == 0)
            return false;
    }
    return false;
}

bool Interruption::find()
{
    prepare_objects();
    if (_situation.reached != nullptr && !count_steps())
        return false;
    if (!settle().empty())
        return false;
    for (int round = 0; round < 2; round++) // the first finds what only a first run does
    {
        prepare();
        on_thread([](Interruption *self) { stepper::trace(call, self, *self->_trace); });
        keep_result();
        if (!settle().empty())
            return false;
    }
    return true;
}

void Interruption::prepare()
{
    prepare_objects();
    bool frees = _situation.operation == Operation::Free;
    for (size_t i = 0; i < _steps; i++)
        frees ? _own.free_newest() : (void)_own.allocate(_situation.size, _situation.gfp_flags);
    if (frees)
        _victim = _own.give_away();
}

bool Interruption::on_thread(void (*body)(Interruption *))
{
    if (!_situation.on_a_new_thread)
    {
        body(this);
        return true;
    }
    struct Start
    {
        Interruption *self;
        void (*body)(Interruption *);
    } start = {this, body};
    pthread_t thread;
    auto run = [](void *argument) -> void *
    {
        auto *start = static_cast<Start *>(argument);
        start->body(start->self);
        return nullptr;
    };
    return pthread_create(&thread, nullptr, run, &start) == 0 && pthread_join(thread, nullptr) == 0;
}

stepper::Outcome Interruption::step(size_t index, stepper::Inject inject, void *context)
{
    _request = {index, inject, context, {}};
    on_thread(
        [](Interruption *self)
        {
            auto &request = self->_request;
            request.outcome = stepper::inject_at(*self->_trace, request.index, call, self,
                                                 request.inject, request.context);
        });
    keep_result();
    return _request.outcome;
}

void Interruption::free_all()
{
    for (Ledger *ledger : {&_own, &older, &older_other, &nested})
        ledger->free_all();
}

std::string Interruption::settle()
{
    std::string complaint = overlap_in({&_own, &older, &older_other, &nested});
    for (Ledger *ledger : {&_own, &older, &older_other, &nested})
    {
        ledger->check();
        ledger->free_all();
        if (ledger->complaint() != nullptr)
            complaint += std::string(" ") + ledger->complaint();
    }
    return complaint + complaint_after_trim();
}

std::string Interruption::describe(size_t index) const
{
    std::ostringstream out;
    out << _situation.name << ", boundary " << index << " of " << _trace->count << " at +0x"
        << std::hex << _trace->boundary[index].pc - stepper::library_base();
    return out.str();
}
