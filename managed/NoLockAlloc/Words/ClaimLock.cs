// SPDX-License-Identifier: MIT
// Who claims or visits a thread block, among the calls of one thread. Unlike a LocalLock it is seen by other
// threads: the block may pass to another one while a call that meant to claim it is interrupted.
//
// STATE       0 or an odd number: free; each release makes another odd number. Else a frame (LocalLock).
// WRITERS     to take: anybody, by compare-exchange from what he saw before he claimed the block's
//             ThreadWord. To release: the holder, by a store.
// TRANSITIONS free -> frame -> the next odd number. Frame -> another frame, if the first is abandoned.
// ORDER       full fences; ThreadWord hands over what lies in the block.
// INVARIANTS  no value that was free comes back. So a call that was interrupted between its exchange on the
//             ThreadWord and the one here fails here if anybody has been in the block since.
// REENTRY     a handler that finds it free or abandoned does the claim itself.
// CHECKED BY  ClaimLockTests; IntrusionTests

namespace NoLockAlloc.Words;

internal struct ClaimLock
{
    private SharedWord _word;
    private LocalWord _releases;

    internal ulong See() => _word.Load();

    /// <summary>Whether a call that may resume holds it.</summary>
    internal static bool IsHeld(ulong seen, ulong frame) =>
        seen != 0 && (seen & 1) == 0 && !LocalLock.IsAbandoned(seen, frame);

    internal bool TryTake(ulong seen, ulong frame) => _word.TryReplace(seen, frame);

    /// <summary>Caller holds it.</summary>
    internal void Release()
    {
        ulong releases = _releases.Get() + 1;
        _releases.Set(releases);
        _word.Store(releases << 1 | 1);
    }
}
