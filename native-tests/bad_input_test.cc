// SPDX-License-Identifier: MIT
//
// Each mistake is reported in one line on stderr, with the pointer, and then ignored. Every case
// is a child process: what is reported once is fresh there, and its stderr is read here.
#include "child.h"
#include "counters.h"
#include "ledger.h"

#include <cinttypes>

namespace
{
// Says on stderr what the pointer is, so that the parent can look for it in the report.
void expect_report_of(const void *object)
{
    fprintf(stderr, "expected: 0x%" PRIxPTR "\n", uintptr_t(object));
}

size_t lines_with(const std::string &text, const std::string &word)
{
    size_t lines = 0;
    for (size_t start = 0; start < text.size();)
    {
        size_t end = std::min(text.find('\n', start), text.size());
        lines += text.substr(start, end - start).find(word) != std::string::npos;
        start = end + 1;
    }
    return lines;
}

void check_reports(const ChildResult &result, size_t reports)
{
    EXPECT_EQ(result.complaint(), "");
    EXPECT_EQ(lines_with(result.error, "nolockalloc: "), reports) << result.error;
    size_t at = result.error.find("expected: ");
    if (at == std::string::npos)
        return;
    std::string pointer = result.error.substr(at + 10, result.error.find('\n', at) - at - 10);
    EXPECT_EQ(lines_with(result.error, pointer), 1 + reports) << result.error;
}

int check_and_free_all(Ledger &ledger, uint64_t reports)
{
    ledger.free_all();
    if (counters().reports != reports)
        fprintf(stderr, "stats.reports is %" PRIu64 "\n", counters().reports);
    std::string complaint = complaint_after_trim();
    fprintf(stderr, "%s", complaint.c_str());
    return complaint.empty() && counters().reports == reports && !ledger.complaint() ? 0 : 1;
}
} // namespace

class BadFree : public EveryDoor
{
  protected:
    // The child holds some objects, frees `object(ledger)` wrongly, and must be fine afterwards.
    void expect_one_report(const std::function<void *(Ledger &)> &bad_pointer)
    {
        check_reports(run_in_child(
                          [&]
                          {
                              uint64_t reports = counters().reports;
                              Ledger ledger(door);
                              for (int i = 0; i < 100; i++)
                                  ledger.allocate(64);
                              void *bad = bad_pointer(ledger);
                              expect_report_of(bad);
                              door.free(bad);
                              ledger.check();
                              return check_and_free_all(ledger, reports + 1);
                          }),
                      1);
    }
};
THROUGH_BOTH_DOORS(BadFree);

TEST_P(BadFree, OfAPointerFromMallocIsReported)
{
    expect_one_report([](Ledger &) { return malloc(64); });
}

TEST_P(BadFree, OfAStackPointerIsReported)
{
    expect_one_report([](Ledger &) { return __builtin_frame_address(0); });
}

TEST_P(BadFree, OfASmallIntegerIsReported)
{
    expect_one_report([](Ledger &) { return reinterpret_cast<void *>(uintptr_t(17)); });
}

TEST_P(BadFree, OfTheHighestAddressIsReported)
{
    expect_one_report([](Ledger &) { return reinterpret_cast<void *>(UINTPTR_MAX - 7); });
}

TEST_P(BadFree, OfAPointerIntoTheMiddleOfAnObjectIsReported)
{
    expect_one_report([](Ledger &ledger) { return ledger[50].start + 32; });
}

TEST_P(BadFree, OfAnUnalignedPointerIsReported)
{
    expect_one_report([](Ledger &ledger) { return ledger[50].start + 1; });
}

TEST_P(BadFree, OfAnAddressInTheArenaThatHasNoSlabIsReported)
{
    expect_one_report(
        [](Ledger &ledger)
        {
            auto far = uintptr_t(ledger[0].start) + (uintptr_t(512) << 20);
            return reinterpret_cast<void *>(far & ~uintptr_t(kSlabBytes - 1));
        });
}

TEST_P(BadFree, OfTheTailOfASlabThatIsNoObjectIsReported)
{
    check_reports(run_in_child(
                      [&]
                      {
                          uint64_t reports = counters().reports;
                          Ledger ledger(door);
                          ledger.allocate(96); // 65536 = 682 * 96 + 64
                          uintptr_t slab = uintptr_t(ledger[0].start) & ~uintptr_t(kSlabBytes - 1);
                          auto *tail = reinterpret_cast<void *>(slab + 682 * 96);
                          expect_report_of(tail);
                          door.free(tail);
                          return check_and_free_all(ledger, reports + 1);
                      }),
                  1);
}

TEST_P(BadFree, OfTheSameObjectTwiceInARowIsReported)
{
    for (size_t bucket : kBuckets)
        check_reports(run_in_child(
                          [&, bucket]
                          {
                              uint64_t reports = counters().reports;
                              Ledger ledger(door);
                              for (int i = 0; i < 3; i++)
                                  ledger.allocate(bucket);
                              Object victim = ledger.give_away();
                              door.free(victim.start);
                              expect_report_of(victim.start);
                              door.free(victim.start);
                              for (int i = 0; i < 200; i++)
                                  ledger.allocate(bucket);
                              if (!overlap_in({&ledger}).empty())
                                  return 3;
                              return check_and_free_all(ledger, reports + 1);
                          }),
                      1);
}

TEST_P(BadFree, OfAFreeObjectIsReportedWhenItReachesTheSlab)
{
    check_reports(run_in_child(
                      [&]
                      {
                          uint64_t reports = counters().reports;
                          Ledger ledger(door);
                          for (int i = 0; i < 10; i++)
                              ledger.allocate(64);
                          Object victim = ledger.give_away();
                          door.free(victim.start);
                          nolockalloc_trim(); // now it is free in its slab
                          expect_report_of(victim.start);
                          door.free(victim.start);
                          nolockalloc_trim();
                          for (int i = 0; i < 300; i++)
                              ledger.allocate(64);
                          if (!overlap_in({&ledger}).empty())
                              return 3;
                          ledger.free_all();
                          nolockalloc_trim();
                          return counters().reports == reports + 1 ? 0 : 1;
                      }),
                  1);
}

TEST_P(BadFree, OfAnObjectWhoseSlabWasGivenBackIsReported)
{
    check_reports(run_in_child(
                      [&]
                      {
                          uint64_t reports = counters().reports;
                          void *object = allocate(64);
                          door.free(object);
                          nolockalloc_trim();
                          expect_report_of(object);
                          door.free(object);
                          Ledger none(door);
                          return check_and_free_all(none, reports + 1);
                      }),
                  1);
}
