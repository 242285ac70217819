// SPDX-License-Identifier: MIT
//
// Idle memory goes back to the OS without being asked for, as slow paths go by.
#include "process_memory.h"

#include <nolockalloc.h>

#include <gtest/gtest.h>

#include <cstring>
#include <ctime>

namespace
{
constexpr size_t kMebibyte = 1 << 20;

void *g_objects[8192]; // of nobody's heap, which may keep what it is given

void allocate_and_free(size_t size, size_t number)
{
    for (size_t i = 0; i < number; i++)
        memset(g_objects[i] = kmalloc_nolock(size, 0, NUMA_NO_NODE), 1, size);
    for (size_t i = 0; i < number; i++)
        kfree_nolock(g_objects[i]);
}

void sleep_milliseconds(long milliseconds)
{
    timespec time = {0, milliseconds * 1000000};
    nanosleep(&time, nullptr);
}

// What is resident of 64 MiB after they were freed.
class IdleMemory : public testing::Test
{
  protected:
    void SetUp() override
    {
        allocate_and_free(64, 2000);
        allocate_and_free(8192, 8192);
        nolockalloc_trim(); // what is left are tables
        before = bytes_of_this_process(Statm::Resident);
        allocate_and_free(8192, 8192);
        ASSERT_GE(bytes_of_this_process(Statm::Resident), before + 8 * kMebibyte) << "nothing stays warm";
    }

    size_t before = 0;
};
} // namespace

TEST_F(IdleMemory, GoesBackByItselfAsSlowPathsGoBy)
{
    int rounds = 0;
    for (; rounds < 5000 && bytes_of_this_process(Statm::Resident) > before + 4 * kMebibyte; rounds++) // in arrays
    {
        sleep_milliseconds(2);
        allocate_and_free(64, 2000);
    }
    EXPECT_LT(rounds, 5000) << bytes_of_this_process(Statm::Resident) - before << " bytes are still there";
}

TEST_F(IdleMemory, StaysWhereNobodyCalls)
{
    size_t warm = bytes_of_this_process(Statm::Resident);
    for (int rounds = 0; rounds < 100; rounds++)
        sleep_milliseconds(2);
    EXPECT_GE(bytes_of_this_process(Statm::Resident) + kMebibyte / 2, warm);
}
