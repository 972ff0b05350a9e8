namespace AppProxy.Connector.Http1;

/// <summary>The connections to one app: idle ones are taken last in, first out, closed when idle for too long; some are one client's own; beyond the limit callers wait in line.</summary>
internal sealed class Http1Pool : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Http1Connection> _idle = [];

    /// <summary>Those that a client has authenticated for itself, by the client's connection; idle too.</summary>
    private readonly Dictionary<string, Http1Connection> _owned = new(StringComparer.Ordinal);
    private readonly Queue<TaskCompletionSource<Http1Connection?>> _waiting = new();
    private readonly Http1Options _options;
    private readonly AppDialer _dialer;
    private readonly AppFaults _faults;
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;
    private int _open;
    private bool _isSweeping;
    private bool _isDrained;
    private bool _disposed;

    public Http1Pool(Http1Options options, AppDialer dialer, AppFaults faults, TimeProvider time)
    {
        _options = options;
        _dialer = dialer;
        _faults = faults;
        _time = time;
        _sweep = time.CreateTimer(static pool => ((Http1Pool)pool!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Idle
    {
        get
        {
            lock (_gate)
            {
                return _idle.Count;
            }
        }
    }

    /// <summary>A connection that has begun: the client's own, or an idle one, that is alive, unless <paramref name="mustBeFresh"/>, or a new one.</summary>
    public ValueTask<Http1Connection> RentAsync(string? clientConnection, bool mustBeFresh, CancellationToken cancellationToken)
    {
        while (!mustBeFresh && TryTakeIdle(clientConnection) is { } idle)
        {
            if (TryBegin(idle))
            {
                return new ValueTask<Http1Connection>(idle);
            }
        }

        return RentSlowlyAsync(cancellationToken);
    }

    /// <summary>Gives back a connection whose call has ended well, for anybody or for one client.</summary>
    public void Return(Http1Connection connection, string? clientConnection = null)
    {
        connection.IdleSince = _time.GetTimestamp();
        lock (_gate)
        {
            while (clientConnection is null && _waiting.TryDequeue(out var waiter))
            {
                if (waiter.TrySetResult(connection))
                {
                    return;
                }
            }

            if (!_disposed && !_isDrained && (clientConnection is null || _owned.TryAdd(clientConnection, connection)))
            {
                if (clientConnection is null)
                {
                    _idle.Add(connection);
                }

                if (!_isSweeping)
                {
                    _isSweeping = true;
                    _sweep.Change(_options.IdleTimeout / 4, Timeout.InfiniteTimeSpan);
                }

                return;
            }
        }

        connection.Stream.Close();
        Closed();
    }

    /// <summary>Takes a fresh connection in that was opened elsewhere.</summary>
    public void Add(AppStream stream)
    {
        lock (_gate)
        {
            _open++;
        }

        Return(new Http1Connection(stream, isReused: true));
    }

    /// <summary>A rented connection was closed: whoever waits may open another.</summary>
    public void Closed()
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var waiter))
            {
                if (waiter.TrySetResult(null))
                {
                    return;
                }
            }

            _open--;
        }
    }

    /// <summary>Closes what is idle, and from now on what becomes idle.</summary>
    public void Drain()
    {
        List<Http1Connection> idle;
        lock (_gate)
        {
            _isDrained = true;
            idle = [.. _idle, .. _owned.Values];
            _idle.Clear();
            _owned.Clear();
        }

        idle.ForEach(connection =>
        {
            connection.Stream.Close();
            Closed();
        });
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        Drain();
        _sweep.Dispose();
    }

    private async ValueTask<Http1Connection> RentSlowlyAsync(CancellationToken cancellationToken)
    {
        while (await WaitForTurnAsync(cancellationToken) is { } connection)
        {
            if (TryBegin(connection))
            {
                return connection;
            }
        }

        try
        {
            var connection = new Http1Connection(await _dialer.DialAsync(cancellationToken));
            connection.TryBegin(out _);
            return connection;
        }
        catch
        {
            Closed();
            throw;
        }
    }

    /// <summary>Null when a new connection may be opened; the count is taken already.</summary>
    private async ValueTask<Http1Connection?> WaitForTurnAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<Http1Connection?> turn;
        Http1Connection? oldest = null;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_options.MaxConnections == 0 || _open < _options.MaxConnections)
            {
                _open++;
                return null;
            }

            // Asked for a fresh one, or the idle ones are others': it takes the place of one that is idle.
            oldest = TakeOldest();

            turn = new TaskCompletionSource<Http1Connection?>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (oldest is null)
            {
                _waiting.Enqueue(turn);
            }
        }

        if (oldest is not null)
        {
            oldest.Stream.Close();
            return null;
        }

        await using var registration = cancellationToken.UnsafeRegister(static (turn, token) => ((TaskCompletionSource<Http1Connection?>)turn!).TrySetCanceled(token), turn);
        return await turn.Task;
    }

    private Http1Connection? TakeOldest()
    {
        if (_idle.Count > 0)
        {
            var oldest = _idle[0];
            _idle.RemoveAt(0);
            return oldest;
        }

        foreach (var (client, connection) in _owned)
        {
            _owned.Remove(client);
            return connection;
        }

        return null;
    }

    private Http1Connection? TryTakeIdle(string? clientConnection)
    {
        lock (_gate)
        {
            if (clientConnection is not null && _owned.Remove(clientConnection, out var own))
            {
                return own;
            }

            if (_idle.Count == 0)
            {
                return null;
            }

            var last = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            return last;
        }
    }

    private bool TryBegin(Http1Connection connection)
    {
        if (connection.TryBegin(out var stray))
        {
            return true;
        }

        if (stray > 0)
        {
            _faults.StrayOctets(_options.App, stray);
        }

        connection.Stream.Close();
        connection.Release();
        Closed();
        return false;
    }

    /// <summary>Closes what was idle for too long, and what the app has closed in the meantime.</summary>
    private void Sweep()
    {
        List<Http1Connection>? dead = null;
        lock (_gate)
        {
            _isSweeping = false;
            for (var i = _idle.Count - 1; i >= 0; i--)
            {
                if (IsOver(_idle[i]))
                {
                    (dead ??= []).Add(_idle[i]);
                    _idle.RemoveAt(i);
                }
            }

            foreach (var (client, connection) in _owned)
            {
                if (IsOver(connection))
                {
                    (dead ??= []).Add(connection);
                    _owned.Remove(client);
                }
            }

            if (_idle.Count + _owned.Count > 0 && !_disposed)
            {
                _isSweeping = true;
                _sweep.Change(_options.IdleTimeout / 4, Timeout.InfiniteTimeSpan);
            }
        }

        dead?.ForEach(connection =>
        {
            connection.Stream.Close();
            Closed();
        });
    }

    private bool IsOver(Http1Connection connection) => _time.GetElapsedTime(connection.IdleSince) >= _options.IdleTimeout || connection.Stream.IsReadable;
}
