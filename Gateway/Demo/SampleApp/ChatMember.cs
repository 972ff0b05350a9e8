using System.Threading.Channels;

namespace AppProxy.Gateway.Demo.SampleApp;

/// <summary>One open chat page. Who reads too slowly misses the oldest messages, so that nobody holds up the others.</summary>
internal sealed class ChatMember(string name)
{
    private readonly Channel<byte[]> _messages = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public string Name => name;

    public void Tell(byte[] json) => _messages.Writer.TryWrite(json);

    public IAsyncEnumerable<byte[]> ReadAllAsync(CancellationToken cancellationToken) => _messages.Reader.ReadAllAsync(cancellationToken);
}
