// SPDX-License-Identifier: MIT

using NoLockAlloc.Pages;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.World;

internal static class RunContents
{
    /// <summary>If the block is the head of a run, how many parts follow it; each is one.</summary>
    internal static nuint PartsAfter(nuint block)
    {
        nuint length = PageRuns.BlocksOf(block);
        for (nuint i = 1; i < length; i++)
        {
            Assert.Equal(BlockState.KindRunPart, Arena.StateOf(block + i).Kind);
        }
        return length == 0 ? 0 : length - 1;
    }
}
