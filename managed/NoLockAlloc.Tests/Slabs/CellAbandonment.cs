// SPDX-License-Identifier: MIT

using System;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Words;

namespace NoLockAlloc.Tests.Slabs;

/// <summary>Abandons what is done in a cell at each moment that a later call could tell from the others:
/// before each access, and before each store of Head, which is no access that a hook sees.</summary>
internal static unsafe class CellAbandonment
{
    /// <summary>An even number: before access number at / 2. An odd one: before the store of Head, if there
    /// is one, between the access before that and it. False: act has fewer.</summary>
    internal static bool At(int at, KmemCacheThread* cell, Action act)
    {
        HotCell* hot = (HotCell*)cell;
        uint head = hot->Head;
        int left = at / 2;
        try
        {
            RunAt.EachAccess(Look, act);
            return false;
        }
        catch (Abandoned)
        {
            return true;
        }

        void Look()
        {
            if (left-- == 0)
            {
                if (at % 2 != 0) hot->Head = head;
                throw new Abandoned();
            }
            head = hot->Head;
        }
    }

    private sealed class Abandoned : Exception;
}
