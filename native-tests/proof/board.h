// SPDX-License-Identifier: MIT
//
// The board on which a child writes what it has proved, so far. It is shared memory: if the child
// crashes or hangs, its parent can still tell how far it came.
#ifndef NOLOCKALLOC_PROOF_BOARD_H
#define NOLOCKALLOC_PROOF_BOARD_H

#include "stepper/stepper.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace proof
{
// One line of the table.
struct Row
{
    const char *check;
    const char *function;
    const char *path;
    const char *door;
    unsigned depth;
    uint64_t instructions; // at which something was done
    uint64_t runs;
    uint64_t lost;      // objects
    uint64_t recovered; // local locks that were taken back
    uint64_t failures;
    bool sampled;    // not all that there are
    uint64_t missed; // instructions at which nothing was done
    char detail[800];
};

class Board
{
  public:
    static Board &make();

    Row &begin_row(const char *check, const char *function, const char *path, const char *door,
                   unsigned depth);
    Row &last_row()
    {
        return _rows[_count - 1];
    }
    void clear();
    void print() const; // every row as a JSON object on a line
    uint64_t failures() const;
    bool has_an_idle_row() const; // of depth 1: it proves nothing

    // Says what is about to be done. Context: any.
    void doing(const char *what, size_t i = 0, size_t j = 0, size_t k = 0);
    std::string now_doing() const;
    uint64_t beat() const
    {
        return _beat;
    }
    size_t rows() const
    {
        return _count;
    }

    // The instructions of the library that were stepped, of all jobs.
    void note_code(const stepper::Trace &trace);
    bool write_code(const char *file) const;
    static constexpr size_t kMostCode = 1 << 19; // bytes of the library that are kept account of

  private:
    static constexpr size_t kMostRows = 16;

    volatile uint64_t _beat;
    const char *volatile _what;
    volatile size_t _at[3];
    size_t _count;
    Row _rows[kMostRows];
    uint8_t _stepped[kMostCode];
};

void fail(Row &row, const std::string &detail);
} // namespace proof

#endif
