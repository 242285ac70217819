// SPDX-License-Identifier: MIT
//
// A library built with NOLOCKALLOC_HARDENED sees every free of a free object at once.
#include "child.h"
#include "counters.h"
#include "ledger.h"

class Hardened : public EveryDoor
{
};
THROUGH_BOTH_DOORS(Hardened);

TEST_P(Hardened, EveryFreeOfAFreeObjectIsReportedAtOnce)
{
    ChildResult result = run_in_child(
        [&]
        {
            uint64_t reports = 0;
            for (size_t bucket : kBuckets)
                for (size_t later : {1, 2, 5, 100}) // frees in between
                {
                    Ledger ledger(door);
                    for (size_t i = 0; i < later + 5; i++)
                        ledger.allocate(bucket);
                    void *victim = ledger.give_away().start;
                    door.free(victim);
                    for (size_t i = 1; i < later; i++)
                        ledger.free_newest();
                    door.free(victim);
                    if (counters().reports != ++reports)
                        return 1;
                    ledger.free_all();
                    if (ledger.complaint() != nullptr)
                        return 2;
                }
            return complaint_after_trim().empty() ? 0 : 3;
        });
    EXPECT_EQ(result.complaint(), "");
}

TEST(HardenedMatrix, KfreeNolockOfAKmallocObjectIsReportedAndFreesIt)
{
    ChildResult result = run_in_child(
        []
        {
            kfree_nolock(kmalloc(64, GFP_KERNEL));
            if (counters().reports != 1)
                return 1;
            kfree(kmalloc(64, GFP_KERNEL));
            kfree(kmalloc_nolock(64, 0, NUMA_NO_NODE));
            kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
            return counters().reports == 1 && complaint_after_trim().empty() ? 0 : 2;
        });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_NE(result.error.find("was not allocated by a nolock function"), std::string::npos);
}
