// SPDX-License-Identifier: MIT
//
// What nolockalloc_allocinfo() tells of call sites.
#ifndef NOLOCKALLOC_TESTS_ALLOC_TAG_ROWS_H
#define NOLOCKALLOC_TESTS_ALLOC_TAG_ROWS_H

#include "memcg.h"

#include <gtest/gtest.h>
#include <sstream>
#include <string>

struct Row
{
    bool is_there;
    long long bytes, calls;
    std::string tag;
};

inline std::string allocinfo()
{
    return written_by(nolockalloc_allocinfo);
}

// The row of a function of a file, found by the end of the tag.
inline Row row_of(const std::string &file, const std::string &function)
{
    std::istringstream lines(allocinfo());
    std::string line;
    Row found = {};
    while (std::getline(lines, line))
    {
        bool is_it = line.find("/" + file + ":") != std::string::npos &&
                     line.find(" func:" + function + " ") != std::string::npos;
        if (!is_it)
            continue;
        EXPECT_FALSE(found.is_there) << "two rows: " << line;
        Row row = {true, 0, 0, ""};
        std::istringstream(line) >> row.bytes >> row.calls >> row.tag;
        found = row;
    }
    return found;
}

inline void expect_counts(const Row &row, long long bytes, long long calls)
{
    EXPECT_TRUE(row.is_there);
    EXPECT_EQ(row.bytes, bytes);
    EXPECT_EQ(row.calls, calls);
}

#endif
