// SPDX-License-Identifier: MIT
// Which block a cell is about to own, written down before the exchange that may make it so.
//
// STATE       Block: a block number, or 0. As: the block's state word as the exchange would leave it.
// WRITERS     the holder of the cell's lock.
// TRANSITIONS Begin: Block 0, As, Block. End: Block 0.
// INVARIANTS  the block is the cell's by this claim exactly if its state word equals As, or what As becomes
//             when the slab is released: states carry the owner and a generation, so no other claim, of
//             this thread or of any, can look the same.
// REENTRY     only the lock's holder looks.
// CHECKED BY  ClaimJournalTests

namespace NoLockAlloc.Words;

internal struct ClaimJournal
{
    private LocalWord _block;
    private LocalWord _as;

    internal nuint Block => (nuint)_block.Get();

    internal BlockState As => new(_as.Get());

    internal void Begin(nuint block, BlockState state)
    {
        _block.Set(0);
        _as.Set(state.Value);
        _block.Set(block);
    }

    internal void End() => _block.Set(0);
}
