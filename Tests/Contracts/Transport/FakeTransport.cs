using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Contracts.Transport;

/// <summary>A transport that only lives, is lost, and is disposed.</summary>
internal sealed class FakeTransport : ITransport
{
    private readonly TaskCompletionSource<TransportException?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TransportException?> Closed => _closed.Task;

    public Task Disposed => _disposed.Task;

    public void Lose() => _closed.TrySetResult(new TransportException(TransportFailure.ConnectionLost, "lost by the test"));

    public ValueTask<IMessageSender> OpenSenderAsync(string queue, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IMessageReceiver> OpenReceiverAsync(
        string queue, ReceiverOptions options, IMessageHandler handler, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync()
    {
        _closed.TrySetResult(null);
        _disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
