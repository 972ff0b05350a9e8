using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>The writing side: who finds the writer idle writes, others append.</summary>
internal sealed partial class AmqpConnection : IThreadPoolWorkItem
{
    private readonly List<AmqpSession> _pending = [];
    private int _isFlushQueued;

    /// <summary>Appends an encoded frame; under <see cref="Gate"/>.</summary>
    internal void Append(ReadOnlySpan<byte> frame)
    {
        if (!_isAborted)
        {
            _waiting.Append(frame);
            Options.OutputBudget.Add(frame.Length);
        }
    }

    /// <summary>Whether frames may still be appended; under <see cref="Gate"/>.</summary>
    internal bool CanWrite => !_isAborted && !_closeSent && !_isOver;

    /// <summary>Notes that a session has dispositions or flows to write before the next flush; under <see cref="Gate"/>.</summary>
    internal void AddPending(AmqpSession session) => _pending.Add(session);

    /// <summary>
    /// Writes what waits when the pool gets to it: together with all that the work before it in the pool's line is about to add, and at once
    /// when there is no such work. So messages and answers leave in company under load, without a timer.
    /// </summary>
    internal void FlushSoon()
    {
        if (Interlocked.Exchange(ref _isFlushQueued, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _isFlushQueued, 0);
        Flush();
    }

    /// <summary>Writes what waits unless somebody is writing already, who then writes this too.</summary>
    internal void Flush()
    {
        lock (Gate)
        {
            if (_isWriting || _isAborted || (_waiting.Length == 0 && _pending.Count == 0))
            {
                return;
            }

            _isWriting = true;
        }

        // Its end is awaited through WhenWrittenAsync, its failure ends the connection.
        _ = WriteAsync();
    }

    /// <summary>Tells the peer that we are there.</summary>
    internal void WriteEmptyFrame()
    {
        lock (Gate)
        {
            if (!CanWrite)
            {
                return;
            }

            Span<byte> empty = stackalloc byte[FrameHeader.Size];
            FrameHeader.Write(empty, FrameHeader.Size, FrameHeader.Amqp, 0);
            Append(empty);
        }

        Flush();
    }

    private async Task WriteAsync()
    {
        try
        {
            while (TakeOutput())
            {
                await _wire.WriteAsync(_leaving.Seal());
                AfterWrite();
            }
        }
        catch (Exception lost)
        {
            lock (Gate)
            {
                Options.OutputBudget.Remove(_leaving.Length);
                _leaving.Clear();
                _isWriting = false;
                _idleWriter?.TrySetResult();
                _idleWriter = null;
            }

            Abort(new Performatives.AmqpError(ErrorCondition.ConnectionForced, lost.Message));
        }
    }

    private bool TakeOutput()
    {
        lock (Gate)
        {
            EmitPending();
            if (_waiting.Length == 0 || _isAborted)
            {
                _isWriting = false;
                _idleWriter?.TrySetResult();
                _idleWriter = null;
                return false;
            }

            (_waiting, _leaving) = (_leaving, _waiting);
        }

        _keepAlive.OnWritten();
        return true;
    }

    private void AfterWrite()
    {
        var resume = false;
        lock (Gate)
        {
            Options.OutputBudget.Remove(_leaving.Length);
            _leaving.Clear();
            if (_outputWasFull && Options.OutputBudget.HasRoom(_waiting.Length))
            {
                _outputWasFull = false;
                resume = true;
            }
        }

        if (resume)
        {
            ResumeLinks();
        }
    }

    // What waited for room goes on; only after the output was full, so the walk over all links is rare.
    private void ResumeLinks()
    {
        AmqpSession[] sessions;
        lock (Gate)
        {
            sessions = [.. _byLocalChannel.Values];
        }

        foreach (var session in sessions)
        {
            session.Pump();
        }
    }

    private void EmitPending()
    {
        if (_pending.Count == 0)
        {
            return;
        }

        if (CanWrite)
        {
            foreach (var session in _pending)
            {
                session.EmitPending();
            }
        }

        _pending.Clear();
    }

    private Task WhenWrittenAsync()
    {
        lock (Gate)
        {
            if (!_isWriting)
            {
                return Task.CompletedTask;
            }

            _idleWriter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idleWriter.Task;
        }
    }
}
