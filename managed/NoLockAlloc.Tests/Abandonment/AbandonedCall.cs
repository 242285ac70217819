// SPDX-License-Identifier: MIT

using System;

namespace NoLockAlloc.Tests.Abandonment;

/// <summary>A call that will never resume: siglongjmp() out of a handler, pthread_exit() in one.</summary>
public sealed class AbandonedCall : Exception
{
}
