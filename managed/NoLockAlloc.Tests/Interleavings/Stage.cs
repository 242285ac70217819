// SPDX-License-Identifier: MIT
// Runs a play by a schedule: each role on a thread of .NET, one at a time. Control changes hands before the
// accesses that the schedule names, and when a role ends; before others a handler runs, on the same thread.

using System;
using System.Collections.Generic;
using System.Threading;
using NoLockAlloc.Machine;

namespace NoLockAlloc.Tests.Interleavings;

internal sealed class Stage : AccessHook, IDisposable
{
    /// <summary>A role that makes more accesses waits for the other: that is no lock freedom.</summary>
    private const int MostAccesses = 100_000;

    private readonly Semaphore[] _calls = [new(), new()];
    private readonly Thread _second;
    private readonly History _history = new();
    private readonly bool[] _isHandling = new bool[Play.Roles];
    private readonly bool[] _wasInterrupted = new bool[Play.Roles];

    private Play _play;
    private Schedule _schedule;
    private int _role;
    private int _turns;
    private List<Step> _steps;
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
        _turns = _firstEnd = _ended = 0;
        _steps = [];
        _history.Clear();
        Array.Clear(_isHandling);
        Array.Clear(_wasInterrupted);
        _failure = null;
        Atomic.Hook = this;
        if (schedule.Starter == 1) HandOver(to: 1);
        Perform(0);
        while (_ended < Play.Roles) HandOver(to: 1);
        Atomic.Hook = null;
        if (_failure != null) throw new InvalidOperationException(_failure.Message, _failure);
        if (_turns != schedule.Turns.Length) throw new InvalidOperationException("Not repeatable.");
        return new Course(_steps, _firstEnd);
    }

    internal override void Before(Access access, nuint address)
    {
        if (_failure != null) throw new CurtainException();
        (bool isPoint, nuint place) = Look(access, address);
        Pass(place, access is not (Access.Load or Access.LoadLocal), isPoint);
    }

    /// <summary>Something of the tests' own that both roles use.</summary>
    internal override void Touch(nuint what, bool writes)
    {
        if (_failure != null) throw new CurtainException();
        Pass(what, writes, isPoint: true);
    }

    private void Pass(nuint place, bool writes, bool isPoint)
    {
        if (!isPoint && !_play.HasHandlers) return;
        if (_steps.Count > MostAccesses) throw new InvalidOperationException("A role does not end.");
        while (_turns < _schedule.Turns.Length && _schedule.Turns[_turns].At == _steps.Count)
        {
            Take(_schedule.Turns[_turns++]);
        }
        bool mayInterrupt = !_wasInterrupted[_role] && _play.HasHandler(_role);
        _steps.Add(new Step(_role, isPoint, mayInterrupt, _history.Sum));
        _history.Add(_isHandling[_role] ? Play.Roles + _role : _role, place, writes);
    }

    private void Take(Turn turn)
    {
        int role = _role;
        if (turn.IsInterrupt)
        {
            _wasInterrupted[role] = _isHandling[role] = true;
            _history.Add(Play.Roles + role, (nuint)role, writes: true);
            _play.Interrupt(role);
            _isHandling[role] = false;
        }
        else if (_ended == 0) HandOver(to: 1 - role);
        if (_failure != null) throw new CurtainException();
    }

    public void Dispose()
    {
        _play = null;
        _calls[1].Post();
        _second.Join();
        foreach (Semaphore call in _calls) call.Dispose();
    }

    private (bool IsPoint, nuint Place) Look(Access access, nuint address)
    {
        Atomic.Hook = null;
        bool isPoint = _play.IsPoint(access, address);
        nuint place = _play.PlaceOf(address);
        Atomic.Hook = this;
        return (isPoint, place);
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
        if (_ended++ == 0) _firstEnd = _steps.Count;
    }

    /// <summary>The other role has failed.</summary>
    private sealed class CurtainException : Exception
    {
    }
}
