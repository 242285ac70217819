// SPDX-License-Identifier: MIT

using System;
using System.Linq;
using System.Text.RegularExpressions;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Debug;

public sealed unsafe class BugReportTests
{
    [Fact]
    public void AnOverrunIsReportedInTheKernelsLayout()
    {
        using DebugScene scene = new("slub_debug=FZPU,kmalloc-16");
        FreshWorld.Machine.Milliseconds = 100;
        byte* a = scene.Alloc(11);
        for (byte i = 0; i < 11; i++) a[i] = (byte)('a' + i);
        a[11] = 0x12;
        FreshWorld.Machine.Milliseconds = 142;
        scene.Free(a);
        nuint at = (nuint)a;
        string rule = new('=', 77);
        string line = new('-', 77);
        string[] expected =
        [
            rule,
            "BUG kmalloc-16 (Not tainted): kmalloc Redzone overwritten",
            line,
            "",
            $"0x{at + 11:x}-0x{at + 11:x} @offset={at % 65536 + 11}. First byte 0x12 instead of 0xcc",
            "Allocated in CODE age=42 cpu=1 pid=101",
            "\tCODE",
            $"Slab 0x{at & ~(nuint)0xffff:x} objects=1024 used=1 fp=0x0 flags=0x0",
            $"Object 0x{at:x} @offset={at % 65536} size=11 fp=0x0",
            "",
            $"Redzone  {at - 16:x16}: cc cc cc cc cc cc cc cc cc cc cc cc cc cc cc cc  ................",
            $"Object   {at:x16}: 61 62 63 64 65 66 67 68 69 6a 6b 12 cc cc cc cc  abcdefghijk.....",
            $"Redzone  {at + 16:x16}: cc cc cc cc cc cc cc cc                          ........",
            $"Padding  {at + 24:x16}: 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a  ZZZZZZZZZZZZZZZZ",
            $"Padding  {at + 40:x16}: 5a 5a 5a 5a 5a 5a 5a 5a                          ZZZZZZZZ",
            "Found age=0 cpu=1 pid=101",
            "Call Trace:",
            "\tCODE",
            $"FIX kmalloc-16: Restoring kmalloc Redzone 0x{at + 11:x}-0x{at + 11:x}=0xcc",
            $"FIX kmalloc-16: Object at 0x{at:x} not freed",
            "",
        ];
        Assert.Equal(expected, Regex.Replace(DebugScene.Said, "0x40[0-9a-f]{4}\\b", "CODE").Split('\n'));
        Assert.Equal(1UL, scene.World.Statistics().Reports);
    }

    [Fact]
    public void EachErrorIsToldApart()
    {
        Check(a => a[-1] = 1, "Left Redzone overwritten");
        Check(a => a[60] = 1, "kmalloc Redzone overwritten");
        Check(a => a[64] = 1, "Right Redzone overwritten");
        Check(a => a[72] = 1, "Object padding overwritten");
    }

    [Theory]
    [InlineData(0, "Poison")]
    [InlineData(50, "Poison")]
    [InlineData(63, "End Poison")]
    [InlineData(-1, "Left Redzone")]
    [InlineData(64, "Right Redzone")]
    [InlineData(72, "Object padding")]
    public void AWriteAfterFreeIsFoundByValidationAndByTheNextAllocation(int at, string zone)
    {
        using DebugScene scene = new();
        scene.Alloc(64);
        byte* a = scene.Alloc(64);
        scene.Free(a);
        a[at] ^= 0xff;
        Assert.Equal(1, scene.Validate("kmalloc-64"));
        Assert.Contains($"(Not tainted): {zone} overwritten\n", DebugScene.Said);
        Assert.Contains("Freed in", DebugScene.Said);
        scene.Alloc(64);
        Assert.Contains($"(Tainted: G    B): {zone} overwritten\n", DebugScene.Said);
        Assert.Contains($"FIX kmalloc-64: Restoring {zone} 0x", DebugScene.Said);
        Assert.Contains($"FIX kmalloc-64: Marking object at 0x{(nuint)a:x} used\n", DebugScene.Said);
        Assert.Equal(0, scene.Validate());
    }

    [Fact]
    public void APointerIntoAnObjectIsInvalid()
    {
        using DebugScene scene = new();
        byte* a = scene.Alloc(64);
        foreach (int off in new[] { 1, 8, -64, 128 })
        {
            scene.Free(a + off);
            Assert.Contains($"Invalid object pointer 0x{(nuint)(a + off):x}\n", DebugScene.Said);
            Assert.Contains($"FIX kmalloc-64: Object at 0x{(nuint)(a + off):x} not freed\n", DebugScene.Said);
        }
        Assert.Equal(4, DebugScene.Errors);
        scene.Free(a);
        Assert.Equal(4, DebugScene.Errors);
    }

    [Fact]
    public void EachLineIsOneWrite()
    {
        using DebugScene scene = new();
        byte* a = scene.Alloc(8192);
        scene.Free(a);
        scene.Free(a);
        Assert.Equal(DebugScene.Said.Count(c => c == '\n'), FreshWorld.Machine.Writes);
        Assert.All(DebugScene.Said.Split('\n'), line => Assert.InRange(line.Length, 0, 120));
    }

    [Fact]
    public void WithAbortTheProcessEndsAfterTheReportOfAnObject()
    {
        using DebugScene scene = new("slub_debug=FZPU,abort");
        byte* a = scene.Alloc(18);
        a[-1] = a[18] = 1;
        Assert.Throws<ProcessAborted>(() => scene.Free(a));
        Assert.Equal(2, DebugScene.Errors);
        Assert.EndsWith("not freed\n", DebugScene.Said);
    }

    [Fact]
    public void TheLetterTIsALineForEachCall()
    {
        using DebugScene scene = new("slub_debug=T,kmalloc-8");
        byte* a = scene.Alloc(8);
        scene.Free(a);
        string said = DebugScene.Said;
        Assert.Matches($"^TRACE kmalloc-8 alloc 0x{(nuint)a:x} inuse=1 fp=0x0, called from 0x40[0-9a-f]+\n", said);
        Assert.Matches($"\nTRACE kmalloc-8 free 0x{(nuint)a:x} inuse=1 fp=0x0, called from 0x40[0-9a-f]+\n", said);
        Assert.Matches("\nObject   [0-9a-f]{16}: .*\n$", said);
    }

    private static void Check(Action<FreeBytes> harm, string says)
    {
        using DebugScene scene = new();
        byte* a = scene.Alloc(60);
        harm(new FreeBytes((nuint)a));
        scene.Free(a);
        Assert.Equal(1, DebugScene.Errors);
        Assert.Contains(says, DebugScene.Said);
    }

    /// <summary>A pointer that a lambda may take.</summary>
    private readonly struct FreeBytes(nuint at)
    {
        internal byte this[int index]
        {
            set => ((byte*)at)[index] = value;
        }
    }
}
