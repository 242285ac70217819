// SPDX-License-Identifier: MIT
#include "driver.h"

#include "counters.h"
#include "footprint.h"
#include "plants.h"

#include <csignal>
#include <cstdlib>

namespace fuzz
{
namespace
{
constexpr int kDeepest = 3;
constexpr size_t kMostLive = 20000;

const std::function<void()> *g_handler_body;

void on_signal(int)
{
    (*g_handler_body)();
}
} // namespace

void set_options()
{
    setenv("NOLOCKALLOC_OPTIONS", "arena=4m,threads=2", 0);
    struct sigaction action = {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_NODEFER;
    sigaction(SIGRTMIN + 1, &action, nullptr);
}

std::string Driver::run()
{
    struct nolockalloc_stats before = counters();
    while (!_input.at_end() && _left > 0 && _model.complaint().empty())
        operate();
    _partner.end();
    _model.finish();
    note_counters(before, counters());
    return _model.complaint();
}

void Driver::operate()
{
    _left--;
    uint8_t code = _input.byte(), options = uint8_t(code >> 4);
    switch (code & 15)
    {
    case 0:
    case 1:
        make(_model, any_call(options));
        break;
    case 2:
        allocate_many(false, options);
        break;
    case 3:
        free_many(false, options);
        break;
    case 4:
        allocate_many(true, options);
        break;
    case 5:
        free_many(true, options);
        break;
    case 6:
    case 7:
    case 8:
        interrupt(options);
        break;
    case 9:
        raise_signal(1 + options % 4);
        break;
    case 10:
        free_twice(options % 2);
        break;
    case 11:
        free_what_is_none(options);
        break;
    case 12: // a third thread, for which there is no block while the second has one
        if (_depth < kDeepest)
            std::thread([&] { operate_nested(1 + options % 4); }).join();
        break;
    case 13:
        if (_depth == 0)
            _partner.end();
        break;
    case 14:
        _model.check_size(_model.object(_input.byte()));
        _model.check_counters();
        break;
    default:
        make(_model, {{options % 2 ? Operation::Trim : Operation::Drain}});
        break;
    }
    if (_depth == 0)
        _model.check_reports();
}

void Driver::operate_nested(int operations)
{
    _depth++;
    for (int i = 0; i < operations && !_input.at_end() && _left > 0; i++)
        operate();
    _depth--;
}

// A bucket's size, one more or less, or any.
size_t Driver::any_size()
{
    uint8_t choice = _input.byte();
    if (choice >= 0xf0)
        return _input.word() % 8400;
    size_t bucket = kBuckets[choice % NOLOCKALLOC_BUCKETS];
    size_t less = choice / NOLOCKALLOC_BUCKETS % 3;
    return bucket + 1 - less;
}

Call Driver::any_call(uint8_t options)
{
    Call call = {};
    call.exported = options & 1;
    if (options & 2)
    {
        call.request.operation = Operation::Free;
        call.from_newest = _input.byte();
        return call;
    }
    call.request.operation = _model.live() < kMostLive ? Operation::Allocate : Operation::Stats;
    call.request.size = any_size();
    if (options & 4)
        call.request.gfp_flags = __GFP_ZERO;
    if (options & 8)
    {
        uint8_t choice = _input.byte();
        call.request.gfp_flags |= choice & 1 ? __GFP_ACCOUNT : choice & 2 ? 0x40u : 0;
        call.request.node = choice & 4 ? int(choice) - 128 : 0;
    }
    return call;
}

void Driver::allocate_many(bool by_partner, uint8_t options)
{
    Call call = {{Operation::Allocate}};
    call.exported = options & 1;
    call.request.gfp_flags = options & 2 ? __GFP_ZERO : 0;
    call.request.size = any_size();
    int objects = _input.byte() * (options & 4 ? 4 : 1);
    auto allocate = [&]
    {
        for (int i = 0; i < objects && _model.live() < kMostLive; i++)
            make(_model, call);
    };
    by_partner ? _partner.run(allocate) : allocate();
}

// Newest first, oldest first, or here and there.
void Driver::free_many(bool by_partner, uint8_t options)
{
    Call call = {{Operation::Free}};
    call.exported = options & 1;
    int objects = _input.byte() * (options & 8 ? 4 : 1);
    auto free = [&]
    {
        for (int i = 0; i < objects && _model.live() > 0; i++)
        {
            size_t order = options >> 1 & 3;
            call.from_newest = order == 0 ? 0 : order == 1 ? _model.live() - 1 : size_t(i) * 63;
            make(_model, call);
        }
    };
    by_partner ? _partner.run(free) : free();
}

// The second free is seen at once where the array has the object on top, or the slab is gone. Where
// it is free in its slab, it is counted as a free, and seen when it reaches the slab.
void Driver::free_twice(bool trim_between)
{
    uintptr_t object = _depth == 0 ? _model.take(_input.byte()) : 0;
    if (object == 0)
        return;
    auto *pointer = reinterpret_cast<void *>(object);
    size_t bucket = ksize(pointer);
    uint64_t flushed = count(&BucketStats::sheaf_flush, bucket);
    const Door &used = door(false);
    used.free(pointer);
    if (trim_between)
        nolockalloc_trim();
    bool is_in_the_slab = count(&BucketStats::sheaf_flush, bucket) != flushed;
    uint64_t reports = counters().reports;
    _model.expect_report();
    used.free(pointer);
    if (!is_in_the_slab)
        return;
    if (counters().reports == reports)
        _model.expect_miscount(bucket);
    nolockalloc_trim();
}

void Driver::free_what_is_none(uint8_t options)
{
    uintptr_t foreign[] = {uintptr_t(&options), 17 + uintptr_t(_input.byte()),
                           UINTPTR_MAX - _input.byte(), uintptr_t(this)};
    uintptr_t wrong = foreign[options & 3];
    if (options & 4)
    {
        wrong = _model.object(_input.byte()) + 1 + _input.byte();
        if (!_model.is_inside(wrong))
            return;
    }
    auto *pointer = reinterpret_cast<void *>(wrong);
    _model.expect_report();
    if (options & 8)
    {
        if (ksize(pointer) != 0)
            _model.complain("ksize of what is no object");
    }
    else
        door(false).free(pointer);
    door(false).free(nullptr);
    door(false).free(ZERO_SIZE_PTR);
}

void Driver::interrupt(uint8_t options)
{
    if (_depth >= kDeepest || _interruptions_left-- <= 0)
        return;
    size_t index = options & 1 ? _input.word() % 1024 : _input.byte();
    uint8_t what = _input.byte();
    Call call = any_call(what);
    if (what >= 0xd0)
        call.request.operation = Operation(what % kOperations);
    make_interrupted(_model, call, index, [&] { operate_nested(1 + (options >> 1 & 3)); });
}

void Driver::raise_signal(int operations)
{
    if (_depth >= kDeepest)
        return;
    std::function<void()> body = [&] { operate_nested(operations); };
    const std::function<void()> *outer = g_handler_body;
    g_handler_body = &body;
    raise(SIGRTMIN + 1);
    g_handler_body = outer;
}
} // namespace fuzz
