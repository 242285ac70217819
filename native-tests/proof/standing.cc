// SPDX-License-Identifier: MIT
#include "standing.h"

namespace proof
{
namespace
{
void wait_for(sem_t &semaphore)
{
    while (sem_wait(&semaphore) != 0)
        continue;
}
} // namespace

Standing::Standing()
{
    sem_init(&_stopped, 0, 0);
    sem_init(&_goes_on, 0, 0);
    all().push_back(this);
}

std::vector<Standing *> &Standing::all()
{
    static std::vector<Standing *> all;
    return all;
}

bool Standing::is_ready(const Door &door)
{
    if (!_paths.empty())
        return true;
    bool found = true;
    for (const char *name : {"AllocateWithRefill", "AllocateZeroed", "FreeWithBarnPut",
                             "AllocateWithNewSlab", "FreeToTheArray"})
    {
        _paths.emplace_back(new Interruption(door, situation_named(name)));
        _servant.perform([&] { found = found && _paths.back()->find(); });
    }
    return found;
}

void Standing::stand(void *self, size_t)
{
    auto *standing = static_cast<Standing *>(self);
    standing->_stands = true;
    sem_post(&standing->_stopped);
    wait_for(standing->_goes_on);
}

bool Standing::stop_at_random(Random &random)
{
    _now = _paths[random.below(_paths.size())].get();
    _index = random.below(std::min(_now->trace().count, size_t(3000)));
    _stands = false;
    _servant.begin(
        [this]
        {
            _now->prepare();
            _now->step_by_flag(_index, stand, this);
            if (!_stands)
                sem_post(&_stopped);
        });
    wait_for(_stopped);
    return _stands;
}

std::string Standing::go_on()
{
    if (_stands)
        sem_post(&_goes_on);
    _servant.wait();
    std::string complaint;
    _servant.perform(
        [&]
        {
            _now->free_all();
            complaint = _now->complaints();
            nolockalloc_trim();
        });
    return complaint;
}

std::string Standing::describe() const
{
    return _stands ? "another at " + _now->describe(_index) : "another past its call";
}

void Standing::free_all_in_child()
{
    if (_now != nullptr)
        _now->free_all();
}
} // namespace proof
