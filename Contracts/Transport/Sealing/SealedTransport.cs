using AppProxy.Contracts.Identity.Sealing;

namespace AppProxy.Contracts.Transport.Sealing;

/// <summary>
/// Another transport, to a broker that is somebody else's: it sees sealed messages only, and what it alters, makes up or repeats arrives nowhere.
/// Exchanges know nothing of it.
/// </summary>
internal sealed class SealedTransport : ITransport
{
    private readonly ITransport _inner;
    private readonly GroupSeal _seal;
    private readonly CancellationTokenSource _disposing = new();
    private readonly CancellationToken _stopping;
    private int _isDisposed;

    public SealedTransport(ITransport inner, GroupSeal seal)
    {
        (_inner, _seal) = (inner, seal);
        _stopping = _disposing.Token;
    }

    public Task<TransportException?> Closed => _inner.Closed;

    public async ValueTask<IMessageSender> OpenSenderAsync(string queue, CancellationToken cancellationToken)
        => new SealedSender(await _inner.OpenSenderAsync(queue, cancellationToken), _seal.CreateSealer(queue));

    public async ValueTask<IMessageReceiver> OpenReceiverAsync(string queue, ReceiverOptions options, IMessageHandler handler, CancellationToken cancellationToken)
    {
        var receiver = new SealedReceiver(_seal, queue, options, handler, _stopping);
        receiver.Attach(await _inner.OpenReceiverAsync(queue, options, receiver, cancellationToken));
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await _disposing.CancelAsync();
            _disposing.Dispose();
        }

        await _inner.DisposeAsync();
    }
}
