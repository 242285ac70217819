// SPDX-License-Identifier: MIT
//
// Reading what the library reported.
#ifndef NOLOCKALLOC_TESTS_DEBUG_REPORTS_H
#define NOLOCKALLOC_TESTS_DEBUG_REPORTS_H

#include "child.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <gtest/gtest.h>
#include <string>

inline size_t lines_with(const std::string &text, const std::string &word)
{
    size_t lines = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        lines++;
    return lines;
}

inline size_t lines_beginning_with(const std::string &text, const std::string &word)
{
    return lines_with("\n" + text, "\n" + word);
}

// Of a handler that freed an object twice and wrote behind another one.
inline void expect_both_errors_of_a_handler(const ChildResult &result, const std::string &zone)
{
    EXPECT_EQ(result.complaint(), "");
    EXPECT_EQ(lines_with(result.error, "): Object already free"), 1u) << result.error;
    EXPECT_EQ(lines_with(result.error, "): " + zone + " overwritten"), 1u) << result.error;
}

// What the compiler knows nothing about: it would see the mistakes that the tests make on purpose.
inline uint8_t *hidden(void *object)
{
    asm volatile("" : "+r"(object));
    return static_cast<uint8_t *>(object);
}

// The number that follows, 0 if the word does not occur.
inline uint64_t number_behind(const std::string &text, const std::string &word)
{
    size_t at = text.find(word);
    return at == std::string::npos ? 0 : strtoull(text.c_str() + at + word.size(), nullptr, 0);
}

// Of a track.
inline uint64_t pid_behind(const std::string &text, const std::string &word)
{
    size_t at = text.find(word);
    return at == std::string::npos ? 0 : number_behind(text.substr(at), "pid=");
}

#endif
