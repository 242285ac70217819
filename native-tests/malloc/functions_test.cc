// SPDX-License-Identifier: MIT
//
// What each function of malloc's family promises: results, alignment, errno, limits.
#include "malloc_door.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

namespace
{
constexpr size_t kTooMuch = size_t(PTRDIFF_MAX) + 1;

// A quarter more at most; above the buckets whole blocks.
size_t most_for(size_t size)
{
    return size <= 16 ? 16 : size <= 32768 ? size + size / 4 + 15 : (size + 65535) / 65536 * 65536;
}

bool is_aligned(const void *object, size_t alignment)
{
    return uintptr_t(object) % alignment == 0;
}

bool is_zero(const void *object, size_t size)
{
    auto *bytes = static_cast<const char *>(object);
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}
} // namespace

TEST(Malloc, IsServedByTheLibraryUnderTest)
{
    for (const char *name : {"malloc", "free", "calloc", "realloc", "_Znwm", "_ZdlPv", "mallinfo2"})
    {
        Dl_info info = {};
        ASSERT_NE(dladdr(dlsym(RTLD_DEFAULT, name), &info), 0);
        EXPECT_NE(strstr(info.dli_fname, "libnolockalloc-malloc.so"), nullptr) << name;
    }
}

TEST(Malloc, GivesAlignedObjectsThatAreAsLargeAsWanted)
{
    for (size_t size = 0; size < 70000; size += size < 1100 ? 1 : 509)
    {
        void *object = opaque(malloc(size));
        ASSERT_NE(object, nullptr);
        EXPECT_TRUE(is_aligned(object, 16)) << size;
        size_t usable = malloc_usable_size(object);
        EXPECT_GE(usable, size);
        EXPECT_LE(usable, most_for(size)) << size;
        memset(object, 0xa5, usable);
        free(object);
    }
}

TEST(Malloc, OfNothingGivesUniqueObjects)
{
    void *one = opaque(malloc(0));
    void *other = opaque(malloc(0));
    EXPECT_NE(one, nullptr);
    EXPECT_NE(one, other);
    free(one);
    free(other);
}

TEST(Malloc, RefusesMoreThanPtrdiffMaxWithEnomem)
{
    for (size_t size : {kTooMuch, SIZE_MAX, SIZE_MAX - 4095, size_t(PTRDIFF_MAX)})
    {
        errno = 0;
        EXPECT_EQ(opaque(malloc(opaque(size))), nullptr);
        EXPECT_EQ(errno, ENOMEM);
        errno = 0;
        EXPECT_EQ(opaque(calloc(1, opaque(size))), nullptr);
        EXPECT_EQ(errno, ENOMEM);
        errno = 0;
        EXPECT_EQ(opaque(aligned_alloc(64, opaque(size))), nullptr);
        EXPECT_EQ(errno, ENOMEM);
        errno = 0;
        EXPECT_EQ(opaque(pvalloc(opaque(size))), nullptr);
        EXPECT_EQ(errno, ENOMEM);
    }
}

TEST(Malloc, LeavesErrnoAloneWhereItSucceeds)
{
    for (size_t size : kSizes)
    {
        errno = 4711;
        void *object = opaque(malloc(size));
        object = opaque(realloc(object, size * 2));
        free(object);
        free(opaque(calloc(size, 1)));
        free(nullptr);
        EXPECT_EQ(errno, 4711) << size;
    }
}

TEST(Calloc, GivesZerosAlsoWhereOthersHaveBeen)
{
    for (size_t size : kSizes)
    {
        for (int round = 0; round < 3; round++)
        {
            void *dirty = opaque(malloc(size));
            memset(dirty, 0xff, malloc_usable_size(dirty));
            free(dirty);
            void *object = opaque(calloc(1, size));
            ASSERT_NE(object, nullptr);
            EXPECT_TRUE(is_zero(object, size)) << size;
            free(object);
        }
    }
}

TEST(Calloc, RefusesAProductThatOverflows)
{
    const size_t factors[][2] = {{SIZE_MAX, 2}, {SIZE_MAX / 2, 3}, {1UL << 32, 1UL << 32}, {5, SIZE_MAX / 4}};
    for (auto [count, size] : factors)
    {
        errno = 0;
        EXPECT_EQ(opaque(calloc(opaque(count), opaque(size))), nullptr);
        EXPECT_EQ(errno, ENOMEM);
        errno = 0;
        EXPECT_EQ(opaque(reallocarray(nullptr, opaque(count), opaque(size))), nullptr);
        EXPECT_EQ(errno, ENOMEM);
    }
    for (size_t none : {0, 1})
    {
        void *object = opaque(calloc(none, 0));
        EXPECT_NE(object, nullptr);
        free(object);
    }
}

TEST(AlignedAlloc, AlignsAndRefusesWhatIsNoPowerOfTwo)
{
    for (size_t alignment = 1; alignment <= 1 << 24; alignment *= 2)
    {
        for (size_t size : {size_t(1), size_t(100), size_t(5000), size_t(40000), alignment, alignment * 3})
        {
            void *object = opaque(aligned_alloc(opaque(alignment), opaque(size)));
            ASSERT_NE(object, nullptr) << alignment << " " << size;
            EXPECT_TRUE(is_aligned(object, alignment)) << alignment << " " << size;
            EXPECT_TRUE(is_aligned(object, 16));
            size_t usable = malloc_usable_size(object);
            EXPECT_GE(usable, size);
            static_cast<char *>(object)[0] = static_cast<char *>(object)[usable - 1] = 1;
            free(object);
        }
    }
    for (size_t wrong : {0, 3, 48, 4097})
    {
        errno = 0;
        EXPECT_EQ(opaque(aligned_alloc(opaque(wrong), 96)), nullptr);
        EXPECT_EQ(errno, EINVAL);
    }
}

TEST(Memalign, RoundsItsAlignmentUp)
{
    void *object = opaque(memalign(opaque(48), 100));
    EXPECT_TRUE(is_aligned(object, 64));
    free(object);
    free(opaque(memalign(opaque(0), 100)));
    errno = 0;
    EXPECT_EQ(opaque(memalign(opaque(SIZE_MAX), 100)), nullptr);
    EXPECT_EQ(errno, EINVAL);
    errno = 0;
    EXPECT_EQ(opaque(memalign(opaque(size_t(1) << 63), 100)), nullptr);
    EXPECT_EQ(errno, ENOMEM);
}

TEST(PosixMemalign, ReturnsItsErrorsAndKeepsErrnoAndResult)
{
    void *object = nullptr;
    errno = 4711;
    EXPECT_EQ(posix_memalign(&object, 4096, 10), 0);
    EXPECT_TRUE(object != nullptr && is_aligned(object, 4096));
    free(object);
    object = &object;
    for (size_t wrong : {0, 1, 4, 24, 4097})
        EXPECT_EQ(posix_memalign(&object, opaque(wrong), 10), EINVAL) << wrong;
    EXPECT_EQ(posix_memalign(&object, 8, opaque(kTooMuch)), ENOMEM);
    EXPECT_EQ(object, &object);
    EXPECT_EQ(errno, 4711);
}

TEST(Valloc, GivesWholePages)
{
    for (size_t size : {0, 1, 4096, 4097, 100000})
    {
        void *object = opaque(valloc(size));
        EXPECT_TRUE(object != nullptr && is_aligned(object, 4096));
        free(object);
        object = opaque(pvalloc(size));
        EXPECT_TRUE(object != nullptr && is_aligned(object, 4096));
        EXPECT_GE(malloc_usable_size(object), (size + 4095) / 4096 * 4096);
        free(object);
    }
}

extern "C" void free_sized(void *, size_t);
extern "C" void free_aligned_sized(void *, size_t, size_t);

TEST(FreeSized, Frees)
{
    size_t before = bytes_kept();
    for (size_t size : kSizes)
    {
        free_sized(opaque(malloc(size)), size);
        free_aligned_sized(opaque(aligned_alloc(64, size)), 64, size);
    }
    free_sized(nullptr, 0);
    EXPECT_LE(bytes_kept(), before);
}

TEST(Figures, AddUp)
{
    struct mallinfo2 before = mallinfo2();
    void *small = opaque(malloc(1000));
    void *large = opaque(malloc(64 << 20));
    struct mallinfo2 with = mallinfo2();
    EXPECT_GE(with.uordblks, before.uordblks + 1000);
    EXPECT_EQ(with.hblks, before.hblks + 1);
    EXPECT_EQ(with.hblkhd, before.hblkhd + (64 << 20));
    EXPECT_EQ(with.arena, with.uordblks + with.fordblks);
    free(small);
    free(large);
    struct mallinfo2 after = mallinfo2();
    EXPECT_EQ(after.hblks, before.hblks);
    EXPECT_EQ(after.hblkhd, before.hblkhd);
    EXPECT_EQ(after.uordblks, before.uordblks);
    EXPECT_EQ(mallopt(M_MMAP_THRESHOLD, 1 << 20), 1);
}

TEST(Trim, GivesIdleMemoryBack)
{
    malloc_trim(0);
    std::vector<void *> objects;
    for (int i = 0; i < 20000; i++)
        objects.push_back(memset(malloc(1000), 1, 1000));
    size_t full = mallinfo2().arena;
    for (void *object : objects)
        free(object);
    EXPECT_EQ(malloc_trim(0), 1);
    EXPECT_LT(mallinfo2().arena, full - (15 << 20));
    EXPECT_EQ(mallinfo2().keepcost, 0u);
}

TEST(Stats, PrintsATableOnStderr)
{
    void *object = opaque(malloc(28000));
    testing::internal::CaptureStderr();
    malloc_stats();
    std::string table = testing::internal::GetCapturedStderr();
    EXPECT_NE(table.find("size       slabs"), std::string::npos) << table;
    EXPECT_NE(table.find("       28672"), std::string::npos) << table;
    EXPECT_NE(table.find(" mappings\n"), std::string::npos) << table;
    free(object);
}
