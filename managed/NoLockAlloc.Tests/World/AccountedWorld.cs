// SPDX-License-Identifier: MIT
// A small world with a group that is current in its first thread.

using System;
using NoLockAlloc.Accounting;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.World;

internal sealed unsafe class AccountedWorld : IDisposable
{
    internal AccountedWorld(ulong limit = ulong.MaxValue, string options = FreshWorld.Small)
    {
        World = new FreshWorld(options);
        Group = MemoryGroup.Create(0, limit);
        Assert.NotEqual(0UL, Group);
        *Thread.ActiveGroup = Group;
    }

    internal FreshWorld World { get; }

    internal FakeThread Thread => World.Thread;

    /// <summary>Its handle.</summary>
    internal ulong Group { get; }

    internal MemoryGroup* Of(ulong group) => MemoryGroup.Of(MemoryGroup.NumberOf(group));

    internal GroupWord State => new(Of(Group)->State.Load());

    internal ulong Usage => Of(Group)->Usage.Load();

    internal FakeThread NewThread()
    {
        FakeThread thread = World.NewThread();
        *thread.ActiveGroup = Group;
        return thread;
    }

    internal nuint Alloc(nuint size, FakeThread thread = null) =>
        (thread ?? Thread).Alloc(size, Gfp.Account);

    /// <summary>Where the vector of an object lies, or the mark that there is none.</summary>
    internal static ref SharedWord PlaceOf(nuint address)
    {
        nuint word = Slab.CacheAt(address).IndexOf(address) / ObjectWord.Objects;
        return ref Arena.Extensions(Arena.BlockOf(address))[word];
    }

    /// <summary>Vectors that places of blocks lead to, and what is wrong with the places.</summary>
    internal static int CountVectors()
    {
        int vectors = 0;
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            KmemCache cache = Slab.CacheAt(Arena.AddressOf(block));
            for (nuint i = 0; i < Arena.WordsPerBlock; i++)
            {
                ulong place = Arena.Extensions(block)[i].Load();
                if (place != 0) Assert.True(ObjectExtensions.MayHave(cache), "A place of a slab without extensions.");
                if (ExtensionWord.IsVector(place)) vectors++;
            }
        }
        return vectors;
    }

    public void Dispose() => World.Dispose();
}
