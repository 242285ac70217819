// SPDX-License-Identifier: MIT
#include "nesting.h"

#include <sstream>
#include <sys/mman.h>

namespace proof
{
Nesting::Nesting(Job &job)
    : _job(job), _runs(job), _trace(static_cast<stepper::Trace *>(mmap(
                                 nullptr, kDeepest * sizeof(stepper::Trace), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))),
      _result(static_cast<Result *>(
          mmap(nullptr, sizeof(Result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)))
{
}

std::string Nesting::find()
{
    std::string complaint = _runs.find();
    size_t count = _runs.interruption().trace().count;
    if (complaint.empty() && (count == 0 || count > stepper::kMaxBoundaries))
        return "nothing of the library was stepped, or too much";
    _job.board.note_code(_runs.interruption().trace());
    return complaint;
}

void Nesting::plan(size_t depth, std::initializer_list<Handler> handlers)
{
    _depth = depth;
    std::copy(handlers.begin(), handlers.end(), _handlers);
}

void Nesting::play_handler(void *self)
{
    auto *nesting = static_cast<Nesting *>(self);
    play(nesting->_runs.interruption(), nesting->_handlers[nesting->_active - 1].script);
}

void Nesting::play_a_turn(void *self, size_t)
{
    auto *nesting = static_cast<Nesting *>(self);
    const auto &turns = *nesting->_turns;
    play(nesting->_runs.interruption(), turns[nesting->_result->injections++ % turns.size()]);
}

// Handler _active begins.
void Nesting::interrupt(void *self, size_t)
{
    auto *nesting = static_cast<Nesting *>(self);
    size_t own = nesting->_active++;
    nesting->_result->reached++;
    stepper::Trace &trace = nesting->_trace[own];
    if (own + 1 < nesting->_depth)
        stepper::inject_at(trace, nesting->_handlers[own + 1].at, play_handler, nesting, interrupt,
                           nesting);
    else if (nesting->_records)
        stepper::trace(play_handler, nesting, trace);
    else if (nesting->_turns != nullptr)
        stepper::inject_everywhere(play_handler, nesting, play_a_turn, nesting);
    else
        play_handler(nesting);
    nesting->_active--;
}

std::string Nesting::run()
{
    return _runs.run(
        [this]() -> std::string
        {
            *_result = {};
            _runs.interruption().step(_handlers[0].at, interrupt, this);
            bool is_right = all_reached() || _job.situation.varies;
            return is_right ? "" : "a boundary was not reached again; ";
        });
}

std::string Nesting::sweep(const std::vector<const char *> &turns, uint64_t *injections)
{
    _turns = &turns;
    std::string complaint = run();
    _turns = nullptr;
    *injections += _result->injections;
    return complaint;
}

std::vector<uint32_t> Nesting::record(size_t depth, std::initializer_list<Handler> handlers)
{
    plan(depth - 1, handlers);
    _records = true;
    stepper::Trace &trace = _trace[depth - 2];
    trace.count = 0;
    std::string complaint = run();
    _records = false;
    std::vector<uint32_t> boundaries;
    for (size_t i = 0; complaint.empty() && i < trace.count && i < stepper::kMaxBoundaries; i++)
        if (trace.boundary[i].occurrence < 3)
            boundaries.push_back(uint32_t(i));
    _job.board.note_code(trace);
    return boundaries;
}

std::string Nesting::describe() const
{
    std::ostringstream out;
    out << _runs.describe_boundary(_handlers[0].at);
    for (size_t i = 0; i < _depth; i++)
        out << ", handler " << _handlers[i].script << " at " << _handlers[i].at;
    return out.str();
}
} // namespace proof
