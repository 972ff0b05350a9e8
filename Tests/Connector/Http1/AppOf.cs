using AppProxy.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AppProxy.Tests.Connector.Http1;

/// <summary>A real server that speaks HTTP/1.1, with TLS or without.</summary>
internal sealed class AppOf(RequestDelegate handler, bool isTls = false) : IAsyncDisposable
{
    private WebApplication? _app;

    public async Task<Uri> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls((isTls ? "https" : "http") + "://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureHttpsDefaults(static https => https.ServerCertificate = TestCertificate.Instance));
        _app = builder.Build();
        _app.Run(handler);
        await _app.StartAsync(cancellationToken);
        return new Uri(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            await _app.StopAsync(hurry.Token);
            await _app.DisposeAsync();
        }
    }
}
