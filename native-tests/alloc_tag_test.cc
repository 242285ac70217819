// SPDX-License-Identifier: MIT
//
// Allocation tags (nolockalloc/alloc_tag.h) in C and C++, from handlers, and of a shared object that is
// loaded and unloaded.
#define NOLOCKALLOC_ALLOC_TAGS
#include "nolockalloc.h"

#include "alloc_tag_rows.h"
#include "alloc_tag_sites.h"
#include "child.h"
#include "counters.h"
#include "interruption.h"
#include "memcg.h"

#include <csignal>
#include <dlfcn.h>
#include <thread>

namespace
{
inline void *site_in_an_inline_function()
{
    return kmalloc_nolock(64, 0, NUMA_NO_NODE);
}
template <size_t size> void *site_in_a_template()
{
    return kmalloc_nolock(size, 0, NUMA_NO_NODE);
}
struct Member
{
    void *site_in_a_member()
    {
        return kmalloc_nolock(64, 0, NUMA_NO_NODE);
    }
};
void *site_in_cxx(size_t size)
{
    return kmalloc_nolock(size, 0, NUMA_NO_NODE);
}

constexpr const char *kSites = "alloc_tag_sites.c";
constexpr const char *kHere = "alloc_tag_test.cc";
} // namespace

TEST(AllocTags, TheFormatIsThatOfProcAllocinfo)
{
    void *object = site_in_c(1000);
    std::string text = allocinfo();
    EXPECT_EQ(text.find("allocinfo - version: 2.0\n#     <size>  <calls> <tag info>\n"), 0u);
    EXPECT_NE(text.find("\n        1024        1 "), std::string::npos) << text;
    EXPECT_NE(text.find("alloc_tag_sites.c:8 func:site_in_c \n"), std::string::npos) << text;
    kfree_nolock(object);
}

TEST(AllocTags, CallSitesInCAreListedFromTheBeginning)
{
    expect_counts(row_of(kSites, "site_in_c_never_called"), 0, 0);
}

TEST(AllocTags, EachCallSiteCountsItsObjectsUntilTheyAreFreed)
{
    void *objects[] = {site_in_c(60), site_in_c(100), site_in_a_helper(8192)};
    expect_counts(row_of(kSites, "site_in_c"), 64 + 128, 2);
    expect_counts(row_of(kSites, "helper"), 8192, 1);
    for (void *object : objects)
        kfree_nolock(object);
    expect_counts(row_of(kSites, "site_in_c"), 0, 0);
    expect_counts(row_of(kSites, "helper"), 0, 0);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(AllocTags, CxxHasThemInInlineFunctionsTemplatesMembersAndLambdas)
{
    void *objects[] = {
        site_in_an_inline_function(),
        site_in_a_template<64>(),
        site_in_a_template<128>(),
        Member().site_in_a_member(),
        [] { return kmalloc_nolock(32, 0, NUMA_NO_NODE); }(),
        site_in_cxx(16),
    };
    expect_counts(row_of(kHere, "site_in_an_inline_function"), 64, 1);
    expect_counts(row_of(kHere, "site_in_a_template"), 64 + 128, 2);
    expect_counts(row_of(kHere, "site_in_a_member"), 64, 1);
    expect_counts(row_of(kHere, "operator()"), 32, 1);
    expect_counts(row_of(kHere, "site_in_cxx"), 16, 1);
    for (void *object : objects)
        kfree_nolock(object);
    expect_counts(row_of(kHere, "site_in_a_template"), 0, 0);
}

TEST(AllocTags, NoprofBypassesThemAndAFileWithoutTagsHasTheFastPath)
{
    kfree_nolock(site_without_tags(64));
    uint64_t before = count(&BucketStats::alloc_fastpath, 64);
    void *plain = site_without_tags(64);
    EXPECT_EQ(count(&BucketStats::alloc_fastpath, 64), before + 1);
    void *bypassed = site_that_bypasses(64);
    EXPECT_EQ(count(&BucketStats::alloc_fastpath, 64), before + 2);
    expect_counts(row_of(kSites, "site_that_bypasses"), 0, 0);
    EXPECT_EQ(allocinfo().find("alloc_tag_off.c"), std::string::npos);
    kfree_nolock(plain);
    kfree_nolock(bypassed);
}

TEST(AllocTags, AnObjectMayBeChargedToAGroupAsWell)
{
    Group group(64);
    Active active(group);
    void *object = kmalloc_nolock(64, __GFP_ACCOUNT, NUMA_NO_NODE);
    EXPECT_EQ(nolockalloc_memcg_from_obj(object), group.handle);
    EXPECT_EQ(kmalloc_nolock(64, __GFP_ACCOUNT, NUMA_NO_NODE), nullptr);
    EXPECT_EQ(group.stats().usage, 64u);
    kfree_nolock(object);
    EXPECT_EQ(group.stats().usage, 0u);
}

TEST(AllocTags, ThreadsCountAtOneCallSite)
{
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++)
        threads.emplace_back(
            []
            {
                for (int i = 0; i < 3000; i++)
                {
                    void *some[3] = {site_in_c(8), site_in_cxx(8), site_in_cxx(8)};
                    for (void *object : some)
                        kfree_nolock(object);
                }
            });
    for (std::thread &thread : threads)
        thread.join();
    expect_counts(row_of(kSites, "site_in_c"), 0, 0);
    expect_counts(row_of(kHere, "site_in_cxx"), 0, 0);
    EXPECT_EQ(complaint_after_trim(), "");
}

// ---- Handlers -----------------------------------------------------------------------------------

namespace
{
void *g_objects[2];
int g_error;

void use_tags_in_handler(int)
{
    static FILE *file = tmpfile();
    g_objects[0] = site_in_c(64);
    g_objects[1] = kmalloc_nolock(64, 0, NUMA_NO_NODE);
    g_error = nolockalloc_allocinfo(fileno(file));
}

void allocate_tagged(Interruption &on)
{
    if (void *object = site_in_c(on.situation().size))
        on.own.adopt(object, on.situation().size);
}

void be_tagged_too(void *context, size_t)
{
    auto &on = *static_cast<Interruption *>(context);
    for (size_t size : {size_t(64), size_t(128)})
        if (void *object = site_in_c(size))
            on.nested.adopt(object, size);
}
} // namespace

TEST(AllocTags, AHandlerMayAllocateAndReport)
{
    signal(SIGUSR1, use_tags_in_handler);
    raise(SIGUSR1);
    EXPECT_EQ(g_error, 0);
    expect_counts(row_of(kHere, "use_tags_in_handler"), 64, 1);
    for (void *object : g_objects)
        kfree_nolock(object);
    expect_counts(row_of(kHere, "use_tags_in_handler"), 0, 0);
}

TEST(AllocTags, AtEveryInstructionAHandlerMayUseTheSameCallSite)
{
    auto body = []
    {
        Situation situation = {"AllocateTagged", Operation::Own, 64, nullptr};
        situation.call = allocate_tagged;
        Interruption interruption(direct_door(), situation);
        if (!interruption.find() || interruption.trace().count < 100)
            return 2;
        for (const short_form::Stop &stop : interruption.stops({2}))
        {
            size_t i = stop.index;
            interruption.prepare();
            stepper::Outcome outcome = interruption.step(i, be_tagged_too, &interruption);
            std::string complaint = interruption.settle();
            Row row = row_of(kSites, "site_in_c");
            if (outcome.injections == 1 && complaint.empty() && row.calls == 0 && row.bytes == 0)
                continue;
            fprintf(stderr, "%s: %s, %lld calls\n", interruption.describe(i).c_str(),
                    complaint.c_str(), row.calls);
            return 1;
        }
        return 0;
    };
    EXPECT_EQ(run_in_child(body, 100).complaint(), "");
}

// ---- A shared object ----------------------------------------------------------------------------

namespace
{
class Plugin
{
  public:
    Plugin() : _handle(dlopen(NLA_TEST_PLUGIN, RTLD_NOW | RTLD_LOCAL))
    {
    }
    void *allocate(size_t size)
    {
        return reinterpret_cast<void *(*)(size_t)>(dlsym(_handle, "plugin_allocate"))(size);
    }
    void unload()
    {
        EXPECT_EQ(dlclose(_handle), 0);
        EXPECT_EQ(dlopen(NLA_TEST_PLUGIN, RTLD_NOLOAD | RTLD_NOW), nullptr);
    }

  private:
    void *_handle;
};
constexpr const char *kPlugin = "alloc_tag_plugin.c";
} // namespace

TEST(AllocTags, AModulesRowsComeAndGoWithItAndStayWhileObjectsAreOut)
{
    EXPECT_FALSE(row_of(kPlugin, "plugin_allocate").is_there);
    void *object = nullptr;
    for (int round = 0; round < 3; round++)
    {
        Plugin plugin;
        expect_counts(row_of(kPlugin, "plugin_never_called"), 0, 0);
        expect_counts(row_of(kPlugin, "plugin_allocate"), round == 0 ? 0 : 256, round != 0);
        EXPECT_NE(allocinfo().find(" [plugin] func:plugin_allocate \n"), std::string::npos);
        void *next = plugin.allocate(256);
        kfree_nolock(object);
        object = next;
        plugin.unload();
        EXPECT_FALSE(row_of(kPlugin, "plugin_never_called").is_there);
        expect_counts(row_of(kPlugin, "plugin_allocate"), 256, 1);
    }
    kfree_nolock(object);
    EXPECT_FALSE(row_of(kPlugin, "plugin_allocate").is_there);
    EXPECT_EQ(complaint_after_trim(), "");
}

// ---- A shortage ---------------------------------------------------------------------------------

static int exhaust_vectors()
{
    std::vector<void *> all, tagged;
    tagged.push_back(site_in_c(8));
    while (void *object = site_that_bypasses(512))
        all.push_back(object);
    for (int i = 0; i < 300; i++)
        tagged.push_back(site_in_c(8));
    bool is_inaccurate = allocinfo().find("func:site_in_c accurate:no \n") != std::string::npos;
    Row row = row_of(kSites, "site_in_c");
    for (void *object : tagged)
        if (object == nullptr)
            return 1;
        else
            kfree_nolock(object);
    for (void *object : all)
        kfree_nolock(object);
    if (!is_inaccurate || row.calls >= 301 || row_of(kSites, "site_in_c").calls != 0)
        return 2;
    return complaint_after_trim().empty() ? 0 : 3;
}
static Role g_exhaust_vectors("exhaust vectors of tags", exhaust_vectors);

TEST(AllocTags, WithoutAVectorAnObjectGoesUncountedAndTheRowSaysSo)
{
    EXPECT_EQ(run_role("exhaust vectors of tags", "arena=1m").complaint(), "");
}
