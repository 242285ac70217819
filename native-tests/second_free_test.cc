// SPDX-License-Identifier: MIT
//
// The object that a thread freed last is known to be free, also where that free made the array give
// half its objects back.
#include "child.h"
#include "counters.h"
#include "ledger.h"

class SecondFree : public EveryDoor
{
};
THROUGH_BOTH_DOORS(SecondFree);

TEST_P(SecondFree, RightAfterAFlushIsReported)
{
    for (size_t bucket : kBuckets)
    {
        ChildResult result = run_in_child(
            [&]
            {
                size_t objects = bucket < 1024 ? 20000 : 4000;
                Ledger ledger(door, objects);
                for (size_t i = 0; i < objects; i++)
                    ledger.allocate(bucket);
                uint64_t flushed = count(&BucketStats::sheaf_flush, bucket);
                void *object = nullptr;
                while (ledger.size() > 1 && count(&BucketStats::sheaf_flush, bucket) == flushed)
                {
                    object = ledger.give_away().start;
                    door.free(object);
                }
                if (count(&BucketStats::sheaf_flush, bucket) == flushed)
                    return 2;
                door.free(object);
                if (counters().reports != 1)
                    return 1;
                ledger.free_all();
                return complaint_after_trim().empty() && !ledger.complaint() ? 0 : 3;
            });
        EXPECT_EQ(result.exit_code, 0) << bucket << ": " << result.complaint();
    }
}
