// SPDX-License-Identifier: MIT
// Standard containers in a signal handler: an allocator adapter of a dozen lines is all they need.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <map>
#include <new>
#include <sys/time.h>
#include <vector>

#include "nolockalloc.h"

template <typename T> struct NolockAllocator
{
    using value_type = T;
    NolockAllocator() = default;
    template <typename U> NolockAllocator(const NolockAllocator<U> &) {}

    T *allocate(std::size_t count)
    {
        void *object = kmalloc_nolock(count * sizeof(T), 0, NUMA_NO_NODE);
        if (object == nullptr)
            throw std::bad_alloc(); // here: more than 8 KiB in one piece, or memory is exhausted
        return static_cast<T *>(object);
    }
    void deallocate(T *object, std::size_t) { kfree_nolock(object); }
    bool operator==(const NolockAllocator &) const { return true; }
    bool operator!=(const NolockAllocator &) const { return false; }
};

using Numbers = std::vector<int, NolockAllocator<int>>;
using Squares =
    std::map<int, int, std::less<int>, NolockAllocator<std::pair<const int, int>>>;

static long fill_and_sum(int count)
{
    Numbers numbers;
    Squares squares;
    long sum = 0;
    for (int i = 0; i < count; i++)
        numbers.push_back(i);
    for (int number : numbers)
        squares[number] = number * number;
    for (const auto &[number, square] : squares)
        sum += square - number * number + 1;
    return sum; // count, if every element kept its value
}

static std::atomic<int> handled, wrong;

int main()
{
    std::signal(SIGALRM, [](int) { wrong += fill_and_sum(100) != 100, handled++; });
    itimerval every = {{0, 1000}, {0, 1000}}, never = {};
    setitimer(ITIMER_REAL, &every, nullptr);
    while (handled < 500)
        wrong += fill_and_sum(200) != 200;
    setitimer(ITIMER_REAL, &never, nullptr);
    std::printf("%d handlers filled a vector and a map, %d wrong sums\n", +handled, +wrong);
    return wrong != 0;
}
