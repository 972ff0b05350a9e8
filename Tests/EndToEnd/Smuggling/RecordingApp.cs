using System.Collections.Concurrent;
using AppProxy.Tests.EndToEnd.Compared;

namespace AppProxy.Tests.EndToEnd.Smuggling;

/// <summary>An app that agrees to everything and keeps the request line of all that got through.</summary>
internal sealed class RecordingApp : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _heads = new();
    private readonly RawApp _app;

    public RecordingApp() => _app = new RawApp(async (connection, stop) =>
    {
        _heads.Enqueue((await RawMessage.ReadRequestAsync(connection, stop)).Head);
        await connection.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), stop);
    });

    public Uri Url => _app.Url;

    /// <summary>Heads since the last call.</summary>
    public IReadOnlyList<string> Take()
    {
        var heads = new List<string>();
        while (_heads.TryDequeue(out var head))
        {
            heads.Add(head);
        }

        return heads;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
