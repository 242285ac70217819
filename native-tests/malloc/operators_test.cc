// SPDX-License-Identifier: MIT
//
// C++'s operators, in all forms: what they give is malloc's, and without memory they do what C++ says.
#include "malloc_door.h"

#include <cstdint>
#include <new>

namespace
{
constexpr size_t kTooMuch = size_t(1) << 60;
int g_handled;

void give_up_at_the_third()
{
    if (++g_handled == 3)
        std::set_new_handler(nullptr);
}

void throw_at_once()
{
    g_handled++;
    throw std::bad_alloc();
}

struct WithHandler
{
    explicit WithHandler(std::new_handler handler)
    {
        g_handled = 0;
        std::set_new_handler(handler);
    }
    ~WithHandler()
    {
        std::set_new_handler(nullptr);
    }
};

constexpr auto kLine = std::align_val_t(64);
constexpr auto kPage = std::align_val_t(1 << 16);
} // namespace

TEST(OperatorNew, EachFormGivesAnObjectThatEachDeleteTakes)
{
    size_t before = bytes_kept();
    for (size_t size : kSizes)
    {
        size = opaque(size);
        operator delete(operator new(size));
        operator delete(operator new(size), size);
        operator delete(operator new(size, std::nothrow), std::nothrow);
        operator delete[](operator new[](size));
        operator delete[](operator new[](size), size);
        operator delete[](operator new[](size, std::nothrow), std::nothrow);
        operator delete(operator new(size, kLine), kLine);
        operator delete(operator new(size, kLine), size, kLine);
        operator delete(operator new(size, kLine, std::nothrow), kLine, std::nothrow);
        operator delete[](operator new[](size, kLine), kLine);
        operator delete[](operator new[](size, kPage), size, kPage);
        operator delete[](operator new[](size, kLine, std::nothrow), kLine, std::nothrow);
    }
    operator delete(nullptr);
    EXPECT_LE(bytes_kept(), before);
}

TEST(OperatorNew, AlignsAsAsked)
{
    for (size_t alignment = 16; alignment <= 1 << 21; alignment *= 2)
    {
        auto wanted = std::align_val_t(alignment);
        void *object = operator new(opaque(size_t(100)), wanted);
        EXPECT_EQ(uintptr_t(object) % alignment, 0u);
        operator delete(object, wanted);
        object = operator new[](opaque(size_t(100)), wanted, std::nothrow);
        EXPECT_EQ(uintptr_t(object) % alignment, 0u);
        operator delete[](object, wanted);
    }
}

TEST(OperatorNew, ThrowsBadAllocWithoutMemory)
{
    EXPECT_THROW(opaque(operator new(opaque(kTooMuch))), std::bad_alloc);
    EXPECT_THROW(opaque(operator new[](opaque(kTooMuch))), std::bad_alloc);
    EXPECT_THROW(opaque(operator new(opaque(kTooMuch), kLine)), std::bad_alloc);
    EXPECT_THROW(opaque(operator new[](opaque(kTooMuch), kLine)), std::bad_alloc);
}

TEST(OperatorNew, NothrowFormsGiveNull)
{
    EXPECT_EQ(opaque(operator new(opaque(kTooMuch), std::nothrow)), nullptr);
    EXPECT_EQ(opaque(operator new[](opaque(kTooMuch), std::nothrow)), nullptr);
    EXPECT_EQ(opaque(operator new(opaque(kTooMuch), kLine, std::nothrow)), nullptr);
    EXPECT_EQ(opaque(operator new[](opaque(kTooMuch), kLine, std::nothrow)), nullptr);
}

TEST(OperatorNew, CallsTheNewHandlerUntilItGivesUp)
{
    {
        WithHandler handler(give_up_at_the_third);
        EXPECT_THROW(opaque(operator new(opaque(kTooMuch))), std::bad_alloc);
        EXPECT_EQ(g_handled, 3);
    }
    {
        WithHandler handler(give_up_at_the_third);
        EXPECT_THROW(opaque(operator new(opaque(kTooMuch), kLine)), std::bad_alloc);
        EXPECT_EQ(g_handled, 3);
    }
}

TEST(OperatorNew, NothrowFormsCallTheNewHandlerAndCatchWhatItThrows)
{
    WithHandler handler(throw_at_once);
    EXPECT_EQ(opaque(operator new(opaque(kTooMuch), std::nothrow)), nullptr);
    EXPECT_EQ(g_handled, 1);
    EXPECT_EQ(opaque(operator new[](opaque(kTooMuch), kLine, std::nothrow)), nullptr);
    EXPECT_EQ(g_handled, 2);
}
