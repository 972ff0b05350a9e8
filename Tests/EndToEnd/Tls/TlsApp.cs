using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AppProxy.Tests.EndToEnd.Tls;

/// <summary>An app that speaks both versions by TLS, and answers with the version, the name that it was asked for, and who asked.</summary>
internal sealed class TlsApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _count;
    private string? _name;

    private TlsApp(X509Certificate2 certificate, ClientCertificateMode mode)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("https://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ServerCertificateSelector = (_, name) =>
            {
                Volatile.Write(ref _name, name);
                return certificate;
            };
            https.ClientCertificateMode = mode;
            https.AllowAnyClientCertificate();
        }));
        _app = builder.Build();
        _app.Run(context =>
        {
            Interlocked.Increment(ref _count);
            return context.Response.WriteAsync($"{context.Request.Protocol} {Volatile.Read(ref _name)} {context.Connection.ClientCertificate?.Subject}");
        });
    }

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());

    /// <summary>Requests that came through.</summary>
    public int Count => Volatile.Read(ref _count);

    public static async Task<TlsApp> StartAsync(X509Certificate2 certificate, CancellationToken cancellationToken, ClientCertificateMode mode = ClientCertificateMode.NoCertificate)
    {
        var app = new TlsApp(certificate, mode);
        await app._app.StartAsync(cancellationToken);
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await using (_app)
        {
            await _app.StopAsync(hurry.Token);
        }
    }
}
