// SPDX-License-Identifier: MIT
//
// What must be true: which objects are live, their bytes, how many reports there were, and when an
// allocation may give NULL. One user at a time, as the driver sees to; a handler that interrupted
// the library is the user while it runs.
#ifndef NOLOCKALLOC_FUZZ_MODEL_H
#define NOLOCKALLOC_FUZZ_MODEL_H

#include "doors.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fuzz
{
class Model
{
  public:
    // How many calls are interrupted at this moment, on any thread.
    int interrupted = 0;

    // An allocation, in two parts: what it will report, and what it gave. Where a handler came in
    // between, NULL may be right for reasons that are gone.
    void expect_reports_of(size_t size, gfp_t gfp_flags, int node);
    void accept(void *object, size_t size, gfp_t gfp_flags, int node, bool was_interrupted);

    // A free: the object, counted from the newest, is checked, and the model's no more.
    uintptr_t take(size_t from_newest); // 0 if there is none
    size_t live() const
    {
        return _order.size();
    }
    uintptr_t object(size_t from_newest) const // 0 if there is none
    {
        return _order.empty() ? 0 : _order[_order.size() - 1 - from_newest % _order.size()];
    }
    // Whether the address lies inside a live object, but not at its start.
    bool is_inside(uintptr_t address) const;

    void expect_report();
    void expect_report_once(unsigned kind); // the first in the process
    // The program's mistake, a second free of an object, was counted as a free before it was seen.
    void expect_miscount(size_t bucket);
    void check_reports();
    void check_size(uintptr_t object);
    void check_counters();
    void check_all(); // the bytes of every live object
    void finish();    // frees everything: nothing may be left

    void complain(const std::string &what);
    const std::string &complaint() const // "" if all is well
    {
        return _complaint;
    }

    Model();

  private:
    struct Live
    {
        size_t size, bucket;
        uint8_t mark;
    };
    void adopt(void *object, size_t size, gfp_t gfp_flags);
    void check_bytes(uintptr_t start, const Live &live);
    void check_null(size_t size);

    std::map<uintptr_t, Live> _live;
    std::vector<uintptr_t> _order;
    std::string _complaint;
    uint64_t _reports;
    uint8_t _next_mark = 1;
};
} // namespace fuzz

#endif
