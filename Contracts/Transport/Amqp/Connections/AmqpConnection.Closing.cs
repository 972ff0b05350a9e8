using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>The end, in good order or not: <see cref="FinishAsync"/> is what every way comes to.</summary>
internal sealed partial class AmqpConnection
{
    // How long a closing side waits for the other's close, and for its own last bytes to leave.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Closes in good order: tells the peer, waits a little for its answer, then lets go.</summary>
    public async Task CloseAsync(AmqpError? error = null)
    {
        lock (Gate)
        {
            IsClosedByUs |= CanWrite;
            _reason ??= error;
            WriteClose(error);
        }

        Flush();
        try
        {
            await _closed.Task.WaitAsync(CloseTimeout, Options.Time);
        }
        catch (TimeoutException)
        {
            Abort(error);
            await _closed.Task;
        }
    }

    /// <summary>Lets go at once.</summary>
    public void Abort(AmqpError? reason = null)
    {
        lock (Gate)
        {
            _reason ??= reason;
            if (_isAborted)
            {
                return;
            }

            _isAborted = true;
        }

        _wire.Abort();
    }

    /// <summary>Ends the connection with an error that the peer is told, as far as it listens; from any thread, without waiting.</summary>
    public void Fail(AmqpError error)
    {
        Interlocked.CompareExchange(ref _fault, error, null);
        _wire.Input.CancelPendingRead();
    }

    internal void ThrowIfOver()
    {
        if (_isAborted || _isOver || _closeSent || _closeReceived)
        {
            throw (_reason ?? new AmqpError(ErrorCondition.ConnectionForced, "The connection is closed.")).ToException();
        }
    }

    private void OnClose(AmqpError? error)
    {
        lock (Gate)
        {
            _closeReceived = true;
            _reason ??= error;
            WriteClose(null);
        }

        Flush();
    }

    private void WriteClose(AmqpError? error)
    {
        if (_closeSent || _isAborted)
        {
            return;
        }

        EmitPending();
        _closeSent = true;
        var writer = new AmqpWriter(default);
        var frame = writer.BeginFrame();
        Ending.Write(ref writer, Descriptor.Close, error);
        writer.EndFrame(frame, FrameHeader.Amqp, 0);
        Append(writer.Written);
        writer.Dispose();
    }

    // Section 2.4.3: after a close with an error, what still comes is dropped until the peer closes too. Hanging up at once would
    // reset the connection, and the peer would lose the error that tells it why.
    private async Task EndAsync(AmqpError error)
    {
        lock (Gate)
        {
            _reason ??= error;
            WriteClose(error);
        }

        Flush();
        try
        {
            await WhenWrittenAsync().WaitAsync(CloseTimeout, Options.Time);
            await DiscardAsync().WaitAsync(CloseTimeout, Options.Time);
        }
        catch (Exception)
        {
            // Whatever goes wrong now, the connection ends all the same.
        }
    }

    private async Task DiscardAsync()
    {
        // Bounded: a peer that goes on sending regardless is cut off.
        const int Limit = 4 * 1024 * 1024;
        var input = _wire.Input;
        for (var dropped = 0L; dropped < Limit && !_isAborted;)
        {
            var result = await input.ReadAsync();
            dropped += result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private async Task FinishAsync(AmqpError? error)
    {
        AmqpSession[] sessions;
        lock (Gate)
        {
            _isOver = true;
            _reason ??= error;
            sessions = [.. _byLocalChannel.Values];
            _byLocalChannel.Clear();
            _byRemoteChannel.Clear();
        }

        await _keepAlive.StopAsync();

        // Links first: their owners free locks and sessions before anything else happens.
        var reason = new AmqpError(
            ErrorCondition.ConnectionForced,
            error is null ? "The connection is closed." : $"The connection is lost: {error.Condition} {error.Description}");
        foreach (var session in sessions)
        {
            session.OnEnded(reason);
        }

        try
        {
            await WhenWrittenAsync().WaitAsync(CloseTimeout, Options.Time);
        }
        catch (TimeoutException)
        {
            Abort(error);
            await WhenWrittenAsync();
        }

        lock (Gate)
        {
            _isAborted = true;
            Options.OutputBudget.Remove(_waiting.Length);
            _waiting.Clear();
        }

        await _wire.DisposeAsync();
        _closed.TrySetResult(error);
    }
}
