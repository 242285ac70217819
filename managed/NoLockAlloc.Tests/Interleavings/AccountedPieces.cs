// SPDX-License-Identifier: MIT
// Installing a vector, charging and uncharging, the end of a group: two threads at a time, and transitions as
// they must not be.

using System.Linq;
using NoLockAlloc.Accounting;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Interleavings;

internal static unsafe class AccountedPieces
{
    internal static readonly AccountedPiece[] All =
    [
        new("Vector: install, install", NoVector, p => Mark(p, 0), p => Mark(p, 1), BothMarked),
        new("Charge: charge, charge", Nothing, p => p.Alloc(0), p => p.Alloc(1), Exact),
        new("Charge: charge, uncharge", Nothing, p => p.Alloc(0), p => p.Free(1), Exact),
        new("Charge: uncharge, uncharge", Nothing, p => p.Free(0), p => p.Free(1), Exact),
        new("Charge: of the last bytes", RoomForOne, p => p.Alloc(0), p => p.Alloc(1), OneMore),
        new("Charge: of the last bytes of the outer group",
            RoomForOneOutside, p => p.Alloc(0), p => p.Alloc(1), OneMore),
        new("Group: the last object, the last holder", Nothing, OnlyHolder, Put, HasEnded),
        new("Group: the last holder, one more", OnlyHolder, Put, Get, HeldOrEnded),
    ];

    internal static readonly AccountedPiece[] Planted =
    [
        new("A vector installed by a store", NoVector, InstallByStore, p => Mark(p, 1), BothMarked),
        new("A charge by a load and a store", Nothing, ChargeByStore, p => p.Alloc(1), Exact),
        new("A holder by a load and a store", OnlyHolder, Put, GetByStore, HeldOrEnded),
        new("A limit that is compared before the exchange only",
            RoomForOne, p => ChargeWithOneLook(p, 0), p => ChargeWithOneLook(p, 1), OneMore),
    ];

    private static void Nothing(AccountedPlay p)
    {
    }

    private static void NoVector(AccountedPlay p) =>
        ObjectExtensions.Release(p.Cache, Arena.BlockOf(p.Live[0]));

    private static void Mark(AccountedPlay p, int role) =>
        Assert.True(p.Put(role, p.Live[role], Entry(p)));

    private static ulong Entry(AccountedPlay p) => ExtensionWord.Entry(MemoryGroup.NumberOf(p.Inner), 0);

    private static void BothMarked(AccountedPlay p)
    {
        Assert.All(p.Live, one => Assert.Equal(Entry(p), ObjectExtensions.Get(p.Cache, one)));
        Exact(p);
    }

    private static void InstallByStore(AccountedPlay p)
    {
        nuint address = p.Live[0];
        ref SharedWord place = ref AccountedWorld.PlaceOf(address);
        ulong seen = place.Load();
        nuint vector = ExtensionWord.IsVector(seen) ? (nuint)seen : p.Threads[0].Alloc(512, Gfp.Zero);
        place.Store(vector);
        nuint index = p.Cache.IndexOf(address) % ObjectWord.Objects;
        ((SharedWord*)vector)[index].Store(Entry(p));
    }

    private static void Exact(AccountedPlay p)
    {
        ulong bytes = (ulong)p.Live.Count * AccountedPlay.Size;
        Assert.Equal((bytes, bytes), (UsageOf(p, p.Inner), UsageOf(p, p.World.Group)));
        Assert.Equal((ulong)p.Live.Count, State(p).Objects);
        Assert.Equal(p.Live.Count, p.Live.Distinct().Count());
    }

    private static void ChargeByStore(AccountedPlay p)
    {
        MemoryGroup* group = p.World.Of(p.Inner);
        p.Alloc(0);
        group->Usage.Store(group->Usage.Load() - AccountedPlay.Size);
        group->Usage.Store(group->Usage.Load() + AccountedPlay.Size);
    }

    private static void RoomForOne(AccountedPlay p) =>
        MemoryGroup.TrySetLimit(p.Inner, 3 * AccountedPlay.Size);

    private static void RoomForOneOutside(AccountedPlay p) =>
        MemoryGroup.TrySetLimit(p.World.Group, 3 * AccountedPlay.Size);

    private static void OneMore(AccountedPlay p)
    {
        Assert.Equal(3, p.Live.Count);
        Exact(p);
    }

    private static void ChargeWithOneLook(AccountedPlay p, int role)
    {
        MemoryGroup* group = p.World.Of(p.Inner);
        if (group->Usage.Load() + AccountedPlay.Size > group->Limit.Load()) return;
        group->Usage.Add(AccountedPlay.Size);
        p.World.Of(p.World.Group)->Usage.Add(AccountedPlay.Size);
        Assert.True(MemoryGroup.TryCount(p.Inner, GroupWord.OneObject));
        lock (p.Live) p.Live.Add(p.Threads[role].Alloc(AccountedPlay.Size));
    }

    private static void OnlyHolder(AccountedPlay p)
    {
        p.Free(0);
        p.Free(0);
    }

    private static void Put(AccountedPlay p) => Assert.True(MemoryGroup.TryPut(p.Inner));

    private static void Get(AccountedPlay p) =>
        Got(p, MemoryGroup.TryCount(p.Inner, GroupWord.OneHolder));

    private static void GetByStore(AccountedPlay p)
    {
        ref SharedWord state = ref p.World.Of(p.Inner)->State;
        ulong seen = state.Load();
        if (!new GroupWord(seen).IsFree) state.Store(seen + GroupWord.OneHolder);
        Got(p, !new GroupWord(seen).IsFree);
    }

    /// <summary>Noted where the check finds it.</summary>
    private static void Got(AccountedPlay p, bool isHolder) =>
        *p.Threads[1].ActiveGroup = isHolder ? p.Inner : 0;

    private static void HeldOrEnded(AccountedPlay p)
    {
        bool isHeld = *p.Threads[1].ActiveGroup != 0;
        Assert.Equal(isHeld ? 1UL : 0, State(p).Holders);
        Assert.Equal(isHeld ? 2UL : 1, p.World.State.Holders);
    }

    private static void HasEnded(AccountedPlay p)
    {
        Assert.False(MemoryGroup.IsLive(p.Inner));
        Assert.Equal(1UL, p.World.State.Holders);
    }

    private static GroupWord State(AccountedPlay p) => new(p.World.Of(p.Inner)->State.Load());

    private static ulong UsageOf(AccountedPlay p, ulong group) => p.World.Of(group)->Usage.Load();
}
