// SPDX-License-Identifier: MIT

using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class CacheStateTests
{
    [Fact]
    public void ANumberGoesThroughItsLife()
    {
        CacheState unused = default;
        CacheState creating = unused.ToCreating(7);
        Assert.True(creating.IsMadeBy(7) && !creating.IsMadeBy(8) && !creating.IsInUse);
        CacheState live = creating.ToLive(1);
        Assert.True(live.IsLive && live.IsInUse && !live.IsMadeBy(7));
        Assert.Equal(1UL, live.References);
        Assert.Equal(2UL, live.Referenced().References);
        Assert.Equal(live.Value, live.Referenced().Unreferenced().Value);
        CacheState dying = live.ToDying();
        Assert.True(dying.IsDying && dying.IsInUse && !dying.IsLive);
        Assert.Equal(0UL, dying.References);
    }

    [Fact]
    public void NoTwoLivesLookTheSame()
    {
        CacheState first = default(CacheState).ToCreating(7);
        CacheState second = first.ToLive(1).ToDying().ToCreating(7);
        Assert.NotEqual(first.Value, second.Value);
        Assert.NotEqual(first.ToDying().Value, second.ToDying().Value);
    }

    [Fact]
    public void FieldsDoNotOverlap()
    {
        CacheState state = default(CacheState).ToCreating(32767);
        Assert.Equal((CacheState.KindCreating, 32767UL, 0UL), (state.Kind, state.Maker, state.References));
        state = state.ToLive(0xffffff);
        Assert.Equal((CacheState.KindLive, 0UL, 0xffffffUL), (state.Kind, state.Maker, state.References));
    }
}
