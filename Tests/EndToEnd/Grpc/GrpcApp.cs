using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AppProxy.Tests.EndToEnd.Grpc;

/// <summary>An internal app made with Grpc.AspNetCore; it speaks HTTP/2 without TLS.</summary>
internal sealed class GrpcApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GrpcApp(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Urls.Single());
    }

    public Uri Url { get; }

    public static async Task<GrpcApp> StartAsync(ParcelHandlers handlers, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(handlers);
        builder.Services.AddGrpc(static grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.ResponseCompressionAlgorithm = "gzip";
            grpc.ResponseCompressionLevel = System.IO.Compression.CompressionLevel.Fastest;
        });
        var app = builder.Build();
        app.MapGrpcService<ParcelService>();
        await app.StartAsync(cancellationToken);
        return new GrpcApp(app);
    }

    public async ValueTask DisposeAsync()
    {
        // Streams that a test left open are of no interest any more.
        using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await _app.StopAsync(hurry.Token);
        await _app.DisposeAsync();
    }
}
