// SPDX-License-Identifier: MIT
#include "board.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <sys/mman.h>

namespace proof
{
Board &Board::make()
{
    void *memory =
        mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    return *static_cast<Board *>(memory);
}

Row &Board::begin_row(const char *check, const char *function, const char *path, const char *door,
                      unsigned depth)
{
    if (_count == kMostRows)
        abort();
    Row &row = _rows[_count++];
    row = {check, function, path, door, depth, 0, 0, 0, 0, 0, false, 0, ""};
    return row;
}

void Board::clear()
{
    _count = 0;
    _what = nullptr;
}

static std::string quoted(const char *text)
{
    std::string out = "\"";
    for (; *text != 0; text++)
        if (*text == '"' || *text == '\\')
            out += std::string("\\") + *text;
        else
            out += uint8_t(*text) < 32 ? ' ' : *text;
    return out + "\"";
}

void Board::print() const
{
    for (size_t i = 0; i < _count; i++)
    {
        const Row &row = _rows[i];
        std::ostringstream out;
        out << "{\"check\":" << quoted(row.check) << ",\"function\":" << quoted(row.function)
            << ",\"path\":" << quoted(row.path) << ",\"door\":" << quoted(row.door)
            << ",\"depth\":" << row.depth << ",\"instructions\":" << row.instructions
            << ",\"runs\":" << row.runs << ",\"sampled\":" << (row.sampled ? "true" : "false")
            << ",\"missed\":" << row.missed
            << ",\"lost\":" << row.lost << ",\"failures\":" << row.failures;
        if (row.recovered > 0)
            out << ",\"recovered\":" << row.recovered;
        if (row.failures > 0)
            out << ",\"detail\":" << quoted(row.detail);
        puts((out.str() + "}").c_str());
    }
    fflush(stdout);
}

uint64_t Board::failures() const
{
    uint64_t sum = 0;
    for (size_t i = 0; i < _count; i++)
        sum += _rows[i].failures;
    return sum;
}

bool Board::has_an_idle_row() const
{
    bool idle = false;
    for (size_t i = 0; i < _count; i++)
        idle |= _rows[i].depth == 1 && _rows[i].runs == 0;
    return idle;
}

void Board::doing(const char *what, size_t i, size_t j, size_t k)
{
    _beat = _beat + 1;
    _what = what;
    _at[0] = i;
    _at[1] = j;
    _at[2] = k;
}

std::string Board::now_doing() const
{
    std::ostringstream out;
    out << (_what ? _what : "the preparation") << " at boundary " << _at[0];
    for (size_t i = 1; i < 3 && _at[i] != 0; i++)
        out << ", " << _at[i];
    return out.str();
}

void Board::note_code(const stepper::Trace &trace)
{
    size_t noted = trace.count < stepper::kMaxBoundaries ? trace.count : stepper::kMaxBoundaries;
    for (size_t i = 0; i < noted; i++)
    {
        uintptr_t offset = trace.boundary[i].pc - stepper::library_base();
        if (offset < kMostCode)
            _stepped[offset] = 1;
    }
}

bool Board::write_code(const char *file) const
{
    FILE *out = fopen(file, "w");
    if (out == nullptr)
        return false;
    for (size_t offset = 0; offset < kMostCode; offset++)
        if (_stepped[offset])
            fprintf(out, "%zx\n", offset);
    return fclose(out) == 0;
}

void fail(Row &row, const std::string &detail)
{
    row.failures++;
    snprintf(row.detail, sizeof row.detail, "%s", detail.c_str());
}
} // namespace proof
