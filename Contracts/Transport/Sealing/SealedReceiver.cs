using System.Runtime.InteropServices;
using AppProxy.Contracts.Identity.Sealing;

namespace AppProxy.Contracts.Transport.Sealing;

/// <summary>Opens each message on its way in, and refuses what is not genuine: counted, logged, its credit given again.</summary>
/// <remarks>
/// A message under a key that is not here yet, of a gateway that has just begun to use it, is held while the key is asked for, and all behind it
/// with it: their order stays. Who cannot get the key leaves the queue to those who can. <see cref="_calls"/> makes one sequence of what is told from
/// the transport and from there.
/// </remarks>
internal sealed class SealedReceiver(GroupSeal seal, string queue, ReceiverOptions options, IMessageHandler handler, CancellationToken disposing) : IMessageReceiver, IMessageHandler
{
    private readonly Lock _calls = new();
    private readonly Queue<InboundMessage> _held = new();
    private IMessageReceiver? _inner;
    private volatile bool _isDraining;
    private bool _isClosed;

    private bool IsPeekLock => options.Mode == ReceiveMode.PeekLock;

    public void Attach(IMessageReceiver inner) => _inner = inner;

    public void AddCredit(int count)
    {
        _isDraining = false;
        _inner!.AddCredit(count);
    }

    public ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        _isDraining = true;
        return _inner!.DrainAsync(cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _isDraining = true;
        return _inner!.DisposeAsync();
    }

    public void OnMessage(InboundMessage message)
    {
        lock (_calls)
        {
            if (_isClosed)
            {
                // Not settled: it goes back with the link.
                message.Release();
            }
            else if (_held.Count > 0)
            {
                _held.Enqueue(message);
            }
            else if (!TryDeliver(message, mayAsk: true))
            {
                _held.Enqueue(message);
                _ = AskAsync();
            }
        }
    }

    public void OnClosed(TransportException? reason)
    {
        lock (_calls)
        {
            Close(reason);
        }
    }

    /// <summary>False when it is worth to ask for the key.</summary>
    private bool TryDeliver(InboundMessage message, bool mayAsk)
    {
        var fault = TryOpen(message, out var opened);
        switch (fault)
        {
            case SealingFault.None:
                handler.OnMessage(new SealedInboundMessage(message, opened.Opener, opened.Counter));
                return true;
            case SealingFault.UnknownKey when mayAsk:
                return false;
            default:
                seal.Refuse(queue, fault);
                if (fault == SealingFault.Revoked && opened.Opener is not null && handler is IRevokedMessageHandler revoked)
                {
                    revoked.OnRevoked(new SealedInboundMessage(message, opened.Opener, opened.Counter));
                }

                // What came before is done already; what is not genuine is kept for the operator to look at, where the broker does that.
                Drop(message, fault == SealingFault.Replayed || options.SessionId is not null ? Settlement.Complete : Settlement.DeadLetter);
                return true;
        }
    }

    private SealingFault TryOpen(InboundMessage message, out (LinkOpener Opener, ulong Counter) opened)
    {
        // Ours alone: transports over a wire give each delivery a buffer of its own.
        var octets = MemoryMarshal.AsMemory(message.Body).Span;
        return seal.TryOpen(queue, options.SessionId, octets, !IsPeekLock, out opened);
    }

    private void Drop(InboundMessage message, Settlement settlement)
    {
        message.Settle(settlement);
        message.Release();
        if (!_isDraining)
        {
            _inner!.AddCredit(1);
        }
    }

    /// <summary>Asks for keys, and goes on with what was held. Ends with the transport at the latest, and throws nothing.</summary>
    private async Task AskAsync()
    {
        try
        {
            await seal.Keys.RefreshAsync(disposing).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
        catch (Exception failure)
        {
            lock (_calls)
            {
                Close(disposing.IsCancellationRequested ? null : new TransportException(TransportFailure.Unauthorized, "The key of a sealed message cannot be had: " + failure.Message, failure));
            }

            await _inner!.DisposeAsync();
            return;
        }

        lock (_calls)
        {
            while (!_isClosed && _held.TryDequeue(out var message))
            {
                TryDeliver(message, mayAsk: false);
            }
        }
    }

    private void Close(TransportException? reason)
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        while (_held.TryDequeue(out var message))
        {
            message.Release();
        }

        handler.OnClosed(reason);
    }
}
