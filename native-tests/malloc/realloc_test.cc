// SPDX-License-Identifier: MIT
//
// realloc: whatever it does, what was in the object stays there.
#include "ledger.h"
#include "malloc_door.h"
#include "signals.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace
{
// Bytes of which each depends on its place, so that a copy to the wrong place shows.
void fill(unsigned char *object, size_t from, size_t to, unsigned seed)
{
    for (size_t i = from; i < to; i++)
        object[i] = uint8_t(i * 31 + (i >> 8) * 7 + seed);
}

size_t first_wrong(const unsigned char *object, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        if (object[i] != uint8_t(i * 31 + (i >> 8) * 7 + seed))
            return i;
    return size;
}

unsigned char *resize(unsigned char *object, size_t size)
{
    return opaque(static_cast<unsigned char *>(realloc(object, size)));
}
} // namespace

TEST(Realloc, OfWhatHasGrownBeyondTheBucketsOnceGrowsOnWhereItIs)
{
    void *object = malloc(20000);
    object = opaque(realloc(object, 40000));
    uintptr_t place = uintptr_t(object);
    for (size_t size = 60000; size <= 4 << 20; size = size * 3 / 2)
    {
        object = opaque(realloc(object, size));
        EXPECT_EQ(uintptr_t(object), place) << size;
    }
    free(object);
}

TEST(Realloc, GrowsAndShrinksThroughEveryKindOfMemory)
{
    for (size_t factor : {11, 13, 20, 40}) // tenths
    {
        unsigned char *object = nullptr;
        size_t marked = 0; // its first bytes
        size_t last = 0;
        auto resize_to = [&](size_t size)
        {
            object = resize(object, size);
            ASSERT_NE(object, nullptr);
            size_t kept = std::min(marked, size);
            ASSERT_EQ(first_wrong(object, kept, 1), kept) << size;
            marked = std::min(size, size_t(5000));
            fill(object, kept, marked, 1);
            last = size;
        };
        for (size_t size = 8; size < (100 << 20); size = size * factor / 10 + 1)
            resize_to(size);
        while (last > 8)
            resize_to(last * 10 / factor);
        free(object);
    }
}

TEST(Realloc, KeepsEveryByteOfLargeObjects)
{
    unsigned char *object = resize(nullptr, 1000);
    size_t size = 1000;
    fill(object, 0, size, 2);
    for (size_t next : {30000, 40000, 70000, 200000, 1000000, 4194304, 4194305, 9000000, 6000000, 300000, 50, 70000})
    {
        object = resize(object, next);
        size_t kept = std::min(size, next);
        ASSERT_EQ(first_wrong(object, kept, 2), kept) << size << " to " << next;
        fill(object, kept, next, 2);
        size = next;
    }
    free(object);
}

TEST(Realloc, AtRandomAmongOthers)
{
    Random random(7);
    struct
    {
        unsigned char *object;
        size_t size;
    } table[200] = {};
    for (int step = 0; step < 40000; step++)
    {
        unsigned i = unsigned(random.below(200));
        size_t next = random.below(8) == 0 ? random.below(300000) + 1 : random.below(3000) + 1;
        unsigned char *object = resize(table[i].object, next);
        ASSERT_NE(object, nullptr);
        size_t kept = std::min(table[i].size, next);
        ASSERT_EQ(first_wrong(object, kept, i), kept);
        fill(object, kept, next, i);
        table[i] = {object, next};
    }
    for (auto &entry : table)
        free(entry.object);
}

TEST(Realloc, OfNullAllocatesAndToZeroFrees)
{
    void *object = opaque(realloc(nullptr, 100));
    EXPECT_NE(object, nullptr);
    errno = 4711;
    EXPECT_EQ(opaque(realloc(object, opaque(size_t(0)))), nullptr);
    EXPECT_EQ(errno, 4711);
}

TEST(Realloc, StaysInPlaceInItsBucketAndALittleBelow)
{
    unsigned char *object = resize(nullptr, 1000);
    EXPECT_EQ(resize(object, 1024), object);
    EXPECT_EQ(resize(object, 513), object);
    EXPECT_NE(resize(object, 100), object);
}

TEST(Realloc, ThatIsRefusedLeavesTheObject)
{
    for (size_t size : kSizes)
    {
        unsigned char *object = resize(nullptr, size);
        fill(object, 0, size, 3);
        for (size_t too_much : {size_t(PTRDIFF_MAX) + 1, SIZE_MAX, size_t(1) << 46})
        {
            errno = 0;
            EXPECT_EQ(opaque(realloc(object, opaque(too_much))), nullptr);
            EXPECT_EQ(errno, ENOMEM);
        }
        EXPECT_EQ(first_wrong(object, size, 3), size);
        free(object);
    }
}

TEST(Reallocarray, IsReallocOfAProduct)
{
    auto *object = static_cast<unsigned char *>(reallocarray(nullptr, 10, 30));
    fill(object, 0, 300, 4);
    object = static_cast<unsigned char *>(reallocarray(object, 100, 3000));
    EXPECT_EQ(first_wrong(object, 300, 4), 300u);
    errno = 0;
    EXPECT_EQ(opaque(reallocarray(opaque(object), opaque(SIZE_MAX / 2), 3)), nullptr);
    EXPECT_EQ(errno, ENOMEM);
    free(opaque(object));
}
