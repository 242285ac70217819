// SPDX-License-Identifier: MIT
//
// Nodes: each function that takes one serves it and falls back to the others, arrays have memory of the node
// that the thread runs on, and what is freed of another node goes home. The whole program has two of them.
#include "child.h"
#include "counters.h"
#include "ledger.h"
#include "nodes.h"

#include <set>
#include <thread>

static RunUnderOptions g_options("nodes=2,arena=64m");

TEST(Nodes, AreAsManyAsTheOptionSays)
{
    EXPECT_EQ(num_online_nodes(), 2);
}

static Role g_count_to_three("count to three",
                             []
                             {
                                 void *object = kmalloc_nolock(64, 0, 2);
                                 int node = nolockalloc_nid(object);
                                 kfree_nolock(object);
                                 return num_online_nodes() == 3 && node == 2 ? 0 : 1;
                             });
static Role g_count_to_one("count to one",
                           []
                           {
                               void *object = kmalloc_nolock(64, 0, NUMA_NO_NODE);
                               bool is_on_0 = nolockalloc_nid(object) == 0 && numa_node_id() == 0;
                               kfree_nolock(object);
                               bool is_refused = kmalloc_nolock(64, 0, 1) == nullptr;
                               return num_online_nodes() == 1 && is_on_0 && is_refused ? 0 : 1;
                           });

TEST(Nodes, OfAnotherNumber)
{
    EXPECT_EQ(run_role("count to three", "nodes=3").complaint(), "");
    EXPECT_EQ(run_role("count to one", "nodes=1").complaint(), "");
    EXPECT_NE(run_role("count to one", "nodes=3").complaint(), "");
}

TEST(Nodes, OfAThreadIsThatOfItsProcessor)
{
    for (int processor : processors())
    {
        OnProcessor bound(processor);
        EXPECT_EQ(numa_node_id(), processor % 2);
        void *object = kmalloc_nolock(2048, 0, NUMA_NO_NODE);
        EXPECT_EQ(nolockalloc_nid(object), processor % 2);
        kfree_nolock(object);
        nolockalloc_trim(); // the array is empty again
    }
}

TEST(Nodes, WhatIsNoneOfTheArenasHasNoNode)
{
    int local = 0;
    EXPECT_EQ(nolockalloc_nid(&local), NUMA_NO_NODE);
    EXPECT_EQ(nolockalloc_nid(nullptr), NUMA_NO_NODE);
    EXPECT_EQ(page_to_nid(nullptr), NUMA_NO_NODE);
}

class OnNode : public EveryDoor
{
};
THROUGH_BOTH_DOORS(OnNode);

TEST_P(OnNode, EachSizeIsServed)
{
    for (int node : {1, 0, 1})
        for (size_t bucket : kBuckets)
        {
            Ledger ledger(door, 300);
            for (int i = 0; i < 300; i++)
            {
                void *object = door.allocate(bucket, i % 2 ? __GFP_ZERO : 0, node);
                ASSERT_EQ(nolockalloc_nid(object), node) << bucket;
                ledger.adopt(object, bucket);
            }
            EXPECT_EQ(overlap_in({&ledger}), "");
            ledger.free_all();
            EXPECT_EQ(ledger.complaint(), nullptr);
        }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(OnNode, ChecksComeInTheKernelsOrder)
{
    EXPECT_EQ(door.allocate(0, 0, 1), ZERO_SIZE_PTR);
    EXPECT_EQ(door.allocate(0, 0, 99), ZERO_SIZE_PTR);
    EXPECT_EQ(door.allocate(KMALLOC_MAX_CACHE_SIZE + 1, 0, 1), nullptr);
}

// Remote frees do not come into the thread's array, so they do not come out of it again.
TEST_P(OnNode, WhatIsFreedOfAnotherNodeGoesHome)
{
    OnOneNode bound;
    int here = bound.here(), there = bound.there();
    for (size_t bucket : kBuckets)
    {
        std::vector<void *> objects;
        for (int i = 0; i < 400; i++)
            objects.push_back(door.allocate(bucket, 0, i % 4 ? there : here));
        for (void *object : objects)
            door.free(object);
        for (void *&object : objects)
        {
            object = allocate(bucket);
            EXPECT_EQ(nolockalloc_nid(object), here) << bucket;
        }
        for (void *object : objects)
            door.free(object);
    }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(OnNode, ATransferBetweenThreadsOfTwoNodesKeepsObjectsAtHome)
{
    std::vector<int> all = processors();
    if (all.size() < 2)
        GTEST_SKIP() << "one processor";
    std::vector<void *> objects;
    auto on = [](int processor, const std::function<void()> &body)
    {
        std::thread(
            [&]
            {
                OnProcessor bound(processor);
                body();
            })
            .join();
    };
    for (int round = 0; round < 3; round++)
    {
        on(all[0],
           [&]
           {
               for (int i = 0; i < 3000; i++)
                   objects.push_back(allocate(128));
           });
        on(all[1],
           [&]
           {
               for (void *object : objects)
                   door.free(object);
               objects.clear();
               void *own = allocate(128);
               EXPECT_EQ(nolockalloc_nid(own), all[1] % 2);
               door.free(own);
           });
    }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(OnEitherNode, CachesAndLargeObjectsAreServed)
{
    struct kmem_cache *cache = kmem_cache_create("nodes", 200, 0, SLAB_NO_MERGE, nullptr);
    for (int node : {0, 1})
    {
        void *objects[] = {kmem_cache_alloc_nolock(cache, 0, node),
                           kmem_cache_alloc_node(cache, GFP_KERNEL, node),
                           kmalloc_node(100, GFP_KERNEL, node), kmalloc_node(100000, GFP_KERNEL, node),
                           kzalloc_node(KMALLOC_MAX_SIZE, GFP_KERNEL, node)};
        for (void *object : objects)
        {
            EXPECT_EQ(nolockalloc_nid(object), node);
            kfree(object);
        }
    }
    EXPECT_NE(kmalloc_node(0, GFP_KERNEL, NUMA_NO_NODE), nullptr);
    kmem_cache_destroy(cache);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(OnEitherNode, PagesOfEveryOrderAreServed)
{
    for (int node : {1, 0})
        for (unsigned order = 0; order <= MAX_PAGE_ORDER; order++)
        {
            struct page *page = alloc_pages_nolock(0, node, order);
            ASSERT_NE(page, nullptr) << order;
            struct page *frozen = alloc_frozen_pages_nolock(0, node, order);
            EXPECT_EQ(page_to_nid(page), node) << order;
            EXPECT_EQ(page_to_nid(frozen), node) << order;
            EXPECT_EQ(nolockalloc_nid((char *)page_address(page) + (PAGE_SIZE << order) - 1), node);
            free_frozen_pages_nolock(frozen, order);
            free_pages_nolock(page, order);
        }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(OnEitherNode, AccountedObjectsAreServed)
{
    struct nolockalloc_memcg *group = nolockalloc_memcg_create(NULL, NOLOCKALLOC_MEMCG_NO_LIMIT);
    nolockalloc_memcg_set_active(group);
    for (int node : {1, 0})
    {
        void *object = kmalloc_nolock(64, __GFP_ACCOUNT, node);
        EXPECT_EQ(nolockalloc_nid(object), node);
        EXPECT_EQ(nolockalloc_memcg_from_obj(object), group);
        kfree_nolock(object);
    }
    nolockalloc_memcg_set_active(NULL);
    nolockalloc_memcg_put(group);
    EXPECT_EQ(complaint_after_trim(), "");
}
