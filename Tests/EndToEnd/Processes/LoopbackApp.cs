using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace AppProxy.Tests.EndToEnd.Processes;

/// <summary>An internal app in this process, which takes bodies of any size at any pace, and of which the system holds little.</summary>
internal sealed class LoopbackApp : IAsyncDisposable
{
    /// <summary>Left to itself a system takes megabytes from an app before the app notices that nobody reads.</summary>
    private const int SendBuffer = 64 * 1024;

    private readonly WebApplication _app;

    private LoopbackApp(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public static async Task<LoopbackApp> StartAsync(RequestDelegate answer, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseUrls("http://127.0.0.1:0").UseKestrelCore();
        builder.WebHost.UseSockets(static sockets => sockets.CreateBoundListenSocket = static endpoint =>
        {
            // Accepted sockets inherit it.
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.SendBufferSize = SendBuffer;
            return socket;
        });
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(cancellationToken);
        return new LoopbackApp(app);
    }

    public async ValueTask DisposeAsync()
    {
        // What a test left running there is of no interest any more.
        using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await _app.StopAsync(hurry.Token);
        await _app.DisposeAsync();
    }
}
