// SPDX-License-Identifier: MIT
// check_object (mm/slub.c): whether all zones of an object are as they should be, with a report of each that
// is not.

namespace NoLockAlloc.Debug;

internal static class ObjectCheck
{
    /// <summary>How many zones are wrong. restore: the caller owns the object, and has them put right.
    /// </summary>
    internal static nuint CountErrors(
        in DebugCache cache, nuint address, nuint size, bool isLive, bool restore, in DebugCall call)
    {
        nuint errors = 0;
        for (int what = 0; what < Zone.Count; what++)
        {
            Zone zone = Zone.Of(cache, address, size, isLive, what);
            nuint from = zone.FindWrong(out nuint end);
            if (from == 0) continue;
            errors++;
            BugReport.Overwritten(cache, address, zone, from, end, call);
            if (!restore) continue;
            BugReport.FixRestoring(cache, zone, from, end);
            zone.Fill();
        }
        return errors;
    }

    /// <summary>The same without a report.</summary>
    internal static bool IsRight(in DebugCache cache, nuint address, nuint size, bool isLive)
    {
        for (int what = 0; what < Zone.Count; what++)
        {
            if (Zone.Of(cache, address, size, isLive, what).FindWrong(out _) != 0) return false;
        }
        return true;
    }
}
