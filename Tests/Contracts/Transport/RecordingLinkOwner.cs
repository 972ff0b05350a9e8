using System.Threading.Channels;
using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Contracts.Transport;

/// <summary>Tells in order what a supervisor asked of its links; a test waits for the next.</summary>
internal sealed class RecordingLinkOwner : ILinkOwner
{
    private readonly Channel<string> _calls = Channel.CreateUnbounded<string>();

    /// <summary>What opening does; nothing as a rule.</summary>
    public Func<CancellationToken, Task>? Opening { get; set; }

    public ValueTask<string> NextAsync(CancellationToken cancellationToken) => _calls.Reader.ReadAsync(cancellationToken);

    public async ValueTask OpenAsync(ITransport transport, CancellationToken cancellationToken)
    {
        if (Opening is { } opening)
        {
            await opening(cancellationToken);
        }

        _calls.Writer.TryWrite("open");
    }

    public void OnLost() => _calls.Writer.TryWrite("lost");

    public ValueTask CloseAsync()
    {
        _calls.Writer.TryWrite("close");
        return ValueTask.CompletedTask;
    }
}
