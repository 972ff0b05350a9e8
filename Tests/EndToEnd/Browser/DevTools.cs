using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace AppProxy.Tests.EndToEnd.Browser;

/// <summary>Chromium's DevTools protocol: commands with an answer each, and events, as JSON over one WebSocket.</summary>
internal sealed class DevTools : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _pending = new();
    private readonly ConcurrentDictionary<string, Action<string, JsonNode>> _listeners = new();
    private Task _receiving = Task.CompletedTask;
    private int _lastId;

    private DevTools()
    {
    }

    public static async Task<DevTools> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var tools = new DevTools();
        await tools._socket.ConnectAsync(address, cancellationToken);
        tools._receiving = tools.ReceiveAsync();
        return tools;
    }

    /// <summary>Hands events of one session (a page) to a listener: method and parameters.</summary>
    public void Listen(string session, Action<string, JsonNode> listener) => _listeners[session] = listener;

    public async Task<JsonNode> SendAsync(string method, JsonObject parameters, string? session, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = _pending[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var command = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (session is not null)
        {
            command["sessionId"] = session;
        }

        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(command.ToJsonString()), WebSocketMessageType.Text, true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _receiving;
        _socket.Dispose();
        _sending.Dispose();
        _closing.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new MemoryStream();
        var part = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(part.AsMemory(), _closing.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                buffer.Write(part, 0, received.Count);
                if (received.EndOfMessage)
                {
                    Dispatch(JsonNode.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length))!);
                    buffer.SetLength(0);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // The browser is closed.
        }

        foreach (var answer in _pending.Values)
        {
            answer.TrySetException(new InvalidOperationException("The browser is gone."));
        }
    }

    private void Dispatch(JsonNode message)
    {
        if (message["id"] is { } id)
        {
            if (_pending.TryRemove(id.GetValue<int>(), out var answer))
            {
                if (message["error"] is { } error)
                {
                    answer.SetException(new InvalidOperationException(error.ToJsonString()));
                }
                else
                {
                    answer.SetResult(message["result"]!);
                }
            }
        }
        else if (message["sessionId"] is { } session && _listeners.TryGetValue(session.GetValue<string>(), out var listener))
        {
            listener(message["method"]!.GetValue<string>(), message["params"]!);
        }
    }
}
