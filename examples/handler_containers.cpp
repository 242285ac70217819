// SPDX-License-Identifier: MIT
// Standard containers in a signal handler: an allocator adapter of a few lines is all they need.
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
    template <typename U> NolockAllocator(const NolockAllocator<U> &)
    {
    }
    T *allocate(std::size_t count)
    {
        if (void *object = kmalloc_nolock(count * sizeof(T), 0, NUMA_NO_NODE))
            return static_cast<T *>(object);
        throw std::bad_alloc(); // memory is exhausted, or 8 KiB are not enough
    }
    void deallocate(T *object, std::size_t)
    {
        kfree_nolock(object);
    }
};
template <typename T, typename U>
bool operator==(const NolockAllocator<T> &, const NolockAllocator<U> &)
{
    return true;
}

static int count_right_squares(int count)
{
    std::vector<int, NolockAllocator<int>> numbers;
    std::map<int, int, std::less<int>, NolockAllocator<std::pair<const int, int>>> squares;
    int right = 0;
    for (int i = 0; i < count; i++)
        numbers.push_back(squares[i] = i * i);
    for (const auto &[number, square] : squares)
        right += square == number * number && square == numbers.at(number);
    return right;
}

static std::atomic<int> handled, wrong;
int main()
{
    std::signal(SIGALRM, [](int) { wrong += count_right_squares(100) != 100, handled++; });
    itimerval every = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &every, nullptr);
    while (handled < 500)
        wrong += count_right_squares(200) != 200;
    std::printf("%d handlers filled a vector and a map, %d went wrong\n", +handled, +wrong);
    return wrong != 0;
}
