// SPDX-License-Identifier: MIT
#include "interruption.h"

#include <cstring>
#include <sstream>

namespace
{
constexpr size_t kMostOperations = 20000;
constexpr const char *kNull = "an allocation gave NULL";

// More than an array holds.
size_t older_objects(size_t size)
{
    return size < 256 ? 150 : size < 1024 ? 80 : size < 4096 ? 40 : 20;
}
} // namespace

Interruption::Interruption(const Door &door, const Situation &situation)
    : older(door), older_other(door), nested(door), own(door, 2 * kMostOperations), foreign(door),
      _door(door), _situation(situation), _trace(stepper::map_trace())
{
}

Interruption::~Interruption()
{
    stepper::unmap_trace(_trace);
}

void Interruption::prepare_objects()
{
    if (_situation.process == Process::Fresh)
        return;
    if (_situation.untouched)
        return _situation.set_up(*this);
    if (before_preparing != nullptr)
        before_preparing(*this);
    for (int i = 0; i < 2; i++) // so that the fast path has the same guess in each run: of this bucket
        _door.free(_door.allocate(_situation.size, 0, NUMA_NO_NODE));
    nolockalloc_trim();
    for (size_t i = 0; i < older_objects(_situation.size); i++)
        older.allocate(_situation.size);
    for (size_t i = 0; i < older_objects(other_size()); i++)
        older_other.allocate(other_size());
    for (size_t i = 0; i < _situation.prepared; i++)
        own.allocate(_situation.size);
    if (_situation.freed)
        own.free_all();
    if (_situation.trimmed)
        nolockalloc_trim();
    if (_situation.set_up != nullptr)
        _situation.set_up(*this);
}

void Interruption::perform()
{
    if (_situation.operation == Operation::Own)
        return _situation.call(*this);
    Request request = {_situation.operation, _situation.size, _situation.gfp_flags, NUMA_NO_NODE,
                       _victim.start};
    ::perform(_door, request);
    if (_situation.operation == Operation::Allocate)
        result = request.object;
}

void Interruption::call(void *self)
{
    static_cast<Interruption *>(self)->perform();
}

void Interruption::keep_result()
{
    if (result != nullptr)
        own.adopt(result, _situation.size);
    else if (_situation.operation == Operation::Allocate)
        own.complain(kNull);
    result = nullptr;
}

// Repeats the operation until it counts in `reached`; notes how often it did not.
bool Interruption::count_steps()
{
    for (_steps = 0; _steps < kMostOperations; _steps++)
    {
        uint64_t before = count(_situation.reached, _situation.size);
        if (_situation.operation == Operation::Free)
            _victim = own.size() == 0 ? Object{} : own.give_away();
        perform();
        keep_result();
        if (count(_situation.reached, _situation.size) != before)
            return true;
        if (_situation.operation == Operation::Free && own.size() == 0)
            return false;
    }
    return false;
}

bool Interruption::find()
{
    if (_situation.reached != nullptr)
    {
        prepare_objects();
        if (!count_steps() || !settle().empty())
            return false;
    }
    prepare();
    perform_once(); // what only a first run does
    if (!settle().empty())
        return false;
    prepare();
    record();
    return settle().empty();
}

std::vector<short_form::Stop> Interruption::stops(const short_form::Plan &plan) const
{
    return short_form::stops(*_trace, std::string(_situation.name) + "_" + _door.name, plan);
}

void Interruption::prepare()
{
    prepare_objects();
    bool frees = _situation.operation == Operation::Free;
    for (size_t i = 0; i < _steps; i++)
        frees ? own.free_newest() : (void)own.allocate(_situation.size, _situation.gfp_flags);
    if (frees)
        _victim = own.give_away();
}

void Interruption::free_all()
{
    for (Ledger *ledger : {&own, &older, &older_other, &nested, &foreign})
        ledger->free_all();
}

std::string Interruption::complaints() const
{
    std::string all;
    for (const Ledger *ledger : {&own, &older, &older_other, &nested, &foreign})
        if (ledger->complaint() != nullptr)
            all += std::string(" ") + ledger->complaint();
    return all;
}

std::string Interruption::run(size_t index, stepper::Inject inject, void *context)
{
    prepare();
    stepper::Outcome outcome = step(index, inject, context);
    std::string complaint = settle();
    if (outcome.injections != 1)
        complaint += " the boundary was not reached again";
    return complaint;
}

std::string Interruption::settle()
{
    std::string complaint = overlap_in({&own, &older, &older_other, &nested, &foreign});
    for (Ledger *ledger : {&own, &older, &older_other, &nested, &foreign})
        ledger->check();
    free_all();
    complaint += complaints();
    if (before_counting != nullptr)
        before_counting(*this);
    return complaint + complaint_after_trim(_situation.may_be_lost);
}

std::string Interruption::describe(size_t index) const
{
    std::ostringstream out;
    out << _situation.name << ", boundary " << index << " of " << _trace->count << " at +0x"
        << std::hex << _trace->boundary[index].pc - stepper::library_base();
    return out.str();
}
