// SPDX-License-Identifier: MIT
// All schedules of a play with at most so many preemptions (Musuvathi and Qadeer, "Iterative context
// bounding", 2007). A schedule with its preemptions fixed runs each role to its end; each of its accesses
// before the first end, after the last preemption, is the place of one more. So every schedule runs exactly
// once.
//
// This sees sequentially consistent schedules only: the reasons for weaker orders stand in the protocol
// blocks.

using System;

namespace NoLockAlloc.Tests.Interleavings;

internal sealed class Explorer
{
    private readonly Func<Play> _make;
    private readonly int _preemptions;
    private readonly long _budget;
    private long _schedules;
    private int _longest;

    private Explorer(Func<Play> make, int preemptions, long budget)
    {
        _make = make;
        _preemptions = preemptions;
        _budget = budget;
    }

    /// <summary>Preemptions by default, or as NOLOCKALLOC_PREEMPTIONS says.</summary>
    internal static int Preemptions { get; } = FromEnvironment("NOLOCKALLOC_PREEMPTIONS", 2);

    /// <summary>Schedules of one play, or as NOLOCKALLOC_SCHEDULES says.</summary>
    internal static int Budget { get; } = FromEnvironment("NOLOCKALLOC_SCHEDULES", 10_000_000);

    /// <summary>Throws what the first failing schedule throws, with the schedule in its message.</summary>
    internal static Exploration Explore(Func<Play> make, int preemptions) =>
        Explore(make, preemptions, Budget);

    internal static Exploration Explore(Func<Play> make, int preemptions, long budget)
    {
        Explorer explorer = new(make, preemptions, budget);
        using Stage stage = new();
        bool isExhaustive = true;
        for (int role = 0; role < Play.Roles && isExhaustive; role++)
        {
            isExhaustive = explorer.From(stage, Schedule.StartingWith(role));
        }
        return new Exploration(explorer._schedules, explorer._longest, preemptions, isExhaustive);
    }

    /// <summary>The schedule and all that go on from it. False: out of budget.</summary>
    private bool From(Stage stage, Schedule schedule)
    {
        if (_schedules == _budget) return false;
        _schedules++;
        Course course = Run(stage, schedule);
        _longest = Math.Max(_longest, course.Accesses);
        if (schedule.Switches.Length == _preemptions) return true;

        int from = schedule.Switches.Length == 0 ? 1 : schedule.Switches[^1] + 1;
        for (int at = from; at < course.FirstEnd; at++)
        {
            if (!From(stage, schedule.Then(at))) return false;
        }
        return true;
    }

    private Course Run(Stage stage, Schedule schedule)
    {
        using Play play = _make();
        try
        {
            Course course = stage.Run(play, schedule);
            play.Check(_schedules);
            return course;
        }
        catch (Exception error)
        {
            throw new FailedScheduleException(schedule, error);
        }
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : otherwise;
}
