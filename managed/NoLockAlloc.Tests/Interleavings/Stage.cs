// SPDX-License-Identifier: MIT
// Runs a play by a schedule: each role on a thread of .NET, one at a time. Control changes hands before the
// accesses that the schedule names, and when a role ends.

using System;
using System.Threading;
using NoLockAlloc.Machine;

namespace NoLockAlloc.Tests.Interleavings;

internal sealed class Stage : AccessHook, IDisposable
{
    /// <summary>A role that makes more accesses waits for the other: that is no lock freedom.</summary>
    private const int MostAccesses = 100_000;

    private readonly Semaphore[] _calls = [new(), new()];
    private readonly Thread _second;

    private Play _play;
    private Schedule _schedule;
    private int _role;
    private int _switches;
    private int _accesses;
    private int _firstEnd;
    private int _ended;
    private Exception _failure;

    internal Stage()
    {
        _second = new Thread(PlaySecond) { IsBackground = true };
        _second.Start();
    }

    internal Course Run(Play play, Schedule schedule)
    {
        _play = play;
        _schedule = schedule;
        _role = schedule.Starter;
        _switches = _accesses = _firstEnd = _ended = 0;
        _failure = null;
        Atomic.Hook = this;
        if (schedule.Starter == 1) HandOver(to: 1);
        Perform(0);
        while (_ended < Play.Roles) HandOver(to: 1);
        Atomic.Hook = null;
        if (_failure != null) throw new InvalidOperationException(_failure.Message, _failure);
        if (_switches != schedule.Switches.Length) throw new InvalidOperationException("Not repeatable.");
        return new Course(_accesses, _firstEnd);
    }

    internal override void Before(Access access, nuint address)
    {
        if (_failure != null) throw new CurtainException();
        if (!IsPoint(access, address)) return;
        if (_accesses > MostAccesses) throw new InvalidOperationException("A role does not end.");
        bool isSwitch = _switches < _schedule.Switches.Length && _schedule.Switches[_switches] == _accesses;
        if (isSwitch)
        {
            _switches++;
            if (_ended == 0) HandOver(to: 1 - _role);
            if (_failure != null) throw new CurtainException();
        }
        _accesses++;
    }

    public void Dispose()
    {
        _play = null;
        _calls[1].Post();
        _second.Join();
        foreach (Semaphore call in _calls) call.Dispose();
    }

    private bool IsPoint(Access access, nuint address)
    {
        Atomic.Hook = null;
        bool isPoint = _play.IsPoint(access, address);
        Atomic.Hook = this;
        return isPoint;
    }

    private void HandOver(int to)
    {
        int from = 1 - to;
        _role = to;
        _calls[to].Post();
        _calls[from].Wait();
        _role = from;
    }

    private void PlaySecond()
    {
        for (_calls[1].Wait(); _play != null; _calls[1].Wait())
        {
            _role = 1;
            Perform(1);
            _calls[0].Post();
        }
    }

    private void Perform(int role)
    {
        try
        {
            if (_failure == null) _play.Act(role);
        }
        catch (CurtainException)
        {
        }
        catch (Exception error)
        {
            _failure = error;
        }
        if (_ended++ == 0) _firstEnd = _accesses;
    }

    /// <summary>The other role has failed.</summary>
    private sealed class CurtainException : Exception
    {
    }
}
