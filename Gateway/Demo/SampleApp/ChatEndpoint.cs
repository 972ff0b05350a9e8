using System.Net.WebSockets;
using System.Text;

namespace AppProxy.Gateway.Demo.SampleApp;

/// <summary>The chat: a page, and the WebSocket that it opens at the same URL. A message is a text of at most 2 KB.</summary>
internal static class ChatEndpoint
{
    private const int MaxMessage = 2048;

    public static void Map(IEndpointRouteBuilder endpoints)
        => endpoints.MapMethods("/chat", [HttpMethods.Get, HttpMethods.Connect], ServeAsync);

    private static async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await Pages.SendAsync(context, "chat", "Chat");
            return;
        }

        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var room = context.RequestServices.GetRequiredService<ChatRoom>();
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var member = room.Join();
        var sending = SendAsync(socket, member, end.Token);
        try
        {
            await ReceiveAsync(socket, room, member, end.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // The tab was closed, or the app stops.
        }
        finally
        {
            room.Leave(member);
            await end.CancelAsync();
            await sending;
        }
    }

    private static async Task ReceiveAsync(WebSocket socket, ChatRoom room, ChatMember member, CancellationToken end)
    {
        var buffer = new byte[MaxMessage];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), end);
            length += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, end);
                return;
            }

            if (received.EndOfMessage)
            {
                room.Say(member, Encoding.UTF8.GetString(buffer, 0, length));
                length = 0;
            }
            else if (length == buffer.Length)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, "At most 2 KB", end);
                return;
            }
        }
    }

    private static async Task SendAsync(WebSocket socket, ChatMember member, CancellationToken end)
    {
        try
        {
            await foreach (var message in member.ReadAllAsync(end))
            {
                await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, end);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or InvalidOperationException)
        {
            // The receiving side sees the end too, and is the one that acts on it.
        }
    }
}
