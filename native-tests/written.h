// SPDX-License-Identifier: MIT
//
// What the functions that write reports write, as a string.
#ifndef NOLOCKALLOC_TESTS_WRITTEN_H
#define NOLOCKALLOC_TESTS_WRITTEN_H

#include <cstdio>
#include <gtest/gtest.h>
#include <nolockalloc.h>
#include <string>

// What a function writes to the descriptor that it is given.
template <typename Writer> std::string written_by(Writer writer)
{
    FILE *file = tmpfile();
    EXPECT_EQ(writer(fileno(file)), 0);
    rewind(file);
    std::string text;
    for (int byte = fgetc(file); byte != EOF; byte = fgetc(file))
        text += char(byte);
    fclose(file);
    return text;
}

inline std::string slabinfo()
{
    return written_by(nolockalloc_slabinfo);
}

#endif
