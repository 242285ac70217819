// SPDX-License-Identifier: MIT
// All schedules of a play, those with fewer turns first (Musuvathi and Qadeer, "Iterative context bounding",
// 2007). A schedule with its turns fixed runs each role to its end; each of its accesses after the last turn
// is the place of one more, unless another schedule has come to the same state (History) and gone on in the
// same way. Where none is left to be made, every schedule was run, or one that cannot be told from it.
//
// So from each state each role was run to its end alone: that it came there is lock freedom. This sees
// sequentially consistent schedules only: the reasons for weaker orders stand in the protocol blocks.

using System;
using System.Collections.Generic;

namespace NoLockAlloc.Tests.Interleavings;

internal sealed class Explorer
{
    private readonly Func<Play> _make;
    private readonly Deadline _deadline;
    private readonly HashSet<ulong> _seen = [];
    private List<Schedule> _now = [];
    private List<Schedule> _next = [];
    private long _schedules;
    private int _longest;

    private bool _isOutOfTime;

    private Explorer(Func<Play> make, Deadline deadline)
    {
        _make = make;
        _deadline = deadline;
    }

    private static long Limit { get; } = 10_000_000;

    /// <summary>As far as the budget goes, and in any case to this bound. Throws what the first failing
    /// schedule throws, with the schedule in its message.</summary>
    internal static Exploration Explore(Func<Play> make, int bound, Deadline deadline = null) =>
        Explore(make, bound, Settings.Schedules, Limit, deadline: deadline);

    /// <summary>budget: of schedules with more turns than the bound. limit: of all. Not beyond most turns.
    /// </summary>
    internal static Exploration Explore(
        Func<Play> make, int bound, long budget, long limit, int most = int.MaxValue, Deadline deadline = null)
    {
        Explorer explorer = new(make, deadline ?? Deadline.Never);
        using Stage stage = new();
        for (int role = 0; role < Play.Roles; role++)
        {
            explorer.TryAdd(0, role, Schedule.StartingWith(role));
        }
        int turns = 0;
        for (; explorer._next.Count > 0 && turns <= most; turns++)
        {
            (explorer._now, explorer._next) = (explorer._next, explorer._now);
            explorer._next.Clear();
            bool isBeyond = turns > bound;
            if (!explorer.RunAll(stage, isBeyond ? Math.Min(budget, limit) : limit, isBeyond)) break;
        }
        bool isAll = explorer._next.Count == 0 && turns <= most && explorer._now.Count == 0;
        return new Exploration(
            explorer._schedules, explorer._longest, turns - 1, bound, isAll, explorer._isOutOfTime);
    }

    /// <summary>False: out of budget, or of time.</summary>
    private bool RunAll(Stage stage, long budget, bool isBeyond)
    {
        foreach (Schedule schedule in _now)
        {
            if (_schedules >= budget) return false;
            _isOutOfTime = _deadline.HasPassed(isBeyond);
            if (_isOutOfTime) return false;
            _schedules++;
            Course course = Run(stage, schedule);
            _longest = Math.Max(_longest, course.Steps.Count);
            Expand(schedule, course);
        }
        _now.Clear();
        return true;
    }

    private void Expand(Schedule schedule, Course course)
    {
        int from = schedule.Turns.Length == 0 ? 0 : schedule.Turns[^1].At;
        for (int at = from; at < course.Steps.Count; at++)
        {
            Step step = course.Steps[at];
            bool isNew = _seen.Add(History.Mix(step.Past, (ulong)step.Role));
            if (!isNew && at > from) return;
            if (step.IsPoint && at < course.FirstEnd)
            {
                TryAdd(step.Past, 1 - step.Role, schedule.Then(at, isInterrupt: false));
            }
            if (step.MayInterrupt)
            {
                TryAdd(step.Past, Play.Roles + step.Role, schedule.Then(at, isInterrupt: true));
            }
        }
    }

    /// <summary>line: what goes on from that state.</summary>
    private void TryAdd(ulong past, int line, Schedule schedule)
    {
        if (_seen.Add(History.Mix(past, (ulong)line))) _next.Add(schedule);
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
}
