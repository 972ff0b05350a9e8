using System.Collections.Concurrent;
using System.Text;

namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>An app that answers each request with the octets that the test wants, and keeps what it got.</summary>
internal sealed class ScriptedApp : IAsyncDisposable
{
    private readonly ConcurrentQueue<RawMessage> _requests = new();
    private readonly RawApp _app;
    private volatile string _answer = "";

    public ScriptedApp() => _app = new RawApp(async (connection, stop) =>
    {
        while (true)
        {
            _requests.Enqueue(await RawMessage.ReadRequestAsync(connection, stop));
            await connection.WriteAsync(Encoding.Latin1.GetBytes(_answer), stop);
            if (IsLast(_answer))
            {
                return;
            }
        }
    });

    public Uri Url => _app.Url;

    /// <summary>Sets what the next requests are answered with.</summary>
    public void Answer(string octets)
    {
        _answer = octets;
        _requests.Clear();
    }

    /// <summary>What came since the answer was set; several when a proxy repeated the request.</summary>
    public IReadOnlyList<RawMessage> Take()
    {
        var requests = _requests.ToArray();
        _requests.Clear();
        return requests;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>An answer says its own end, or it ends with the connection.</summary>
    private static bool IsLast(string answer) =>
        answer.Contains("Connection: close", StringComparison.OrdinalIgnoreCase) || answer.StartsWith("HTTP/1.0", StringComparison.Ordinal);
}
