// SPDX-License-Identifier: MIT
//
// A node that is full: the other helps out, unless __GFP_THISNODE forbids it.
#include "child.h"
#include "counters.h"
#include "nodes.h"

#include <gtest/gtest.h>
#include <set>
#include <vector>

static Role g_fill_a_node("fill a node",
                          []
                          {
                              OnOneNode bound;
                              std::vector<void *> objects;
                              std::vector<int> nodes;
                              while (void *object = kmalloc_nolock(1024, 0, bound.there()))
                              {
                                  objects.push_back(object);
                                  nodes.push_back(nolockalloc_nid(object));
                              }
                              size_t half = nodes.size() / 2;
                              for (size_t i = 0; i < nodes.size(); i++)
                                  if (nodes[i] != (i < half ? bound.there() : bound.here()))
                                      return 1;
                              if (nodes.size() != (size_t(4) << 20) / 1024)
                                  return 2;
                              if (kmalloc_nolock(1024, 0, NUMA_NO_NODE) != nullptr)
                                  return 3;
                              for (void *object : objects)
                                  kfree_nolock(object);
                              return complaint_after_trim().empty() ? 0 : 4;
                          });

static Role g_this_node("this node",
                        []
                        {
                            OnOneNode bound;
                            int node = bound.there();
                            std::vector<void *> objects;
                            while (void *object = kmalloc_node(8192, GFP_KERNEL | __GFP_THISNODE, node))
                                objects.push_back(object);
                            if (objects.size() != (size_t(2) << 20) / 8192)
                                return 1;
                            for (void *object : objects)
                                if (nolockalloc_nid(object) != node)
                                    return 2;
                            if (kmalloc_node(100000, GFP_NOWAIT | __GFP_THISNODE, node) != nullptr)
                                return 3;
                            for (gfp_t flags : {GFP_KERNEL, GFP_KERNEL | __GFP_THISNODE})
                            {
                                void *object = kmalloc(8192, flags);
                                if (nolockalloc_nid(object) != bound.here())
                                    return 4;
                                kfree(object);
                            }
                            void *elsewhere = kmalloc_node(8192, GFP_KERNEL, node);
                            if (nolockalloc_nid(elsewhere) != bound.here())
                                return 5;
                            kfree(elsewhere);
                            for (void *object : objects)
                                kfree(object);
                            return complaint_after_trim().empty() ? 0 : 6;
                        });

static Role g_pages("pages",
                    []
                    {
                        std::vector<struct page *> pages;
                        std::set<int> nodes;
                        while (struct page *page = alloc_pages_nolock(0, 1, 6))
                        {
                            nodes.insert(page_to_nid(page));
                            pages.push_back(page);
                        }
                        bool is_right = pages.size() >= 14 && nodes.size() == 2 &&
                                        page_to_nid(pages.front()) == 1 &&
                                        page_to_nid(pages.back()) == 0;
                        for (struct page *page : pages)
                            free_pages_nolock(page, 6);
                        return is_right && complaint_after_trim().empty() ? 0 : 1;
                    });

TEST(AFullNode, IsHelpedOutByTheOther)
{
    EXPECT_EQ(run_role("fill a node", "nodes=2,arena=4m").complaint(), "");
}

TEST(AFullNode, IsNotHelpedOutWithThisnode)
{
    EXPECT_EQ(run_role("this node", "nodes=2,arena=4m").complaint(), "");
}

TEST(AFullNode, OfPagesIsHelpedOutByTheOther)
{
    EXPECT_EQ(run_role("pages", "nodes=2,arena=4m").complaint(), "");
}
