// SPDX-License-Identifier: MIT
// A planted bug, compiled only for the test abi.control.cctor: without a runtime nobody would run
// the static constructor, and the field would be 0.

using System.Runtime;
using System.Runtime.CompilerServices;

#pragma warning disable IDE0130 // It lies in the folder of the tests.
namespace NoLockAlloc.Planted;
#pragma warning restore IDE0130

internal static unsafe class Planted
{
    private static readonly nuint s_field = Unknown();

    [RuntimeImport("*", "nla_planted_unknown")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern nuint Unknown();

    [RuntimeExport("nla_planted_field")]
    private static nuint Field() => s_field;
}
