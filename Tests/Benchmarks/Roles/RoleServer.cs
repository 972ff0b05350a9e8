using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AppProxy.Benchmarks.Roles;

/// <summary>Kestrel on a free loopback port, without logging and without limits that a benchmark would run into.</summary>
internal static class RoleServer
{
    public static WebApplicationBuilder CreateBuilder(string? certificatePath)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                // One protocol on every leg of every contender, so that a row compares relays and not protocols.
                listen.Protocols = HttpProtocols.Http1;
                if (certificatePath is not null)
                {
                    listen.UseHttps(X509CertificateLoader.LoadPkcs12FromFile(certificatePath, null));
                }
            });
        });
        return builder;
    }

    /// <summary>Starts, says where, and runs until whoever started this process is gone.</summary>
    public static async Task RunAsync(WebApplication application, CancellationToken cancellationToken)
    {
        await application.StartAsync(cancellationToken);
        var address = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        await using var output = StandardStreams.OpenOutput();
        await output.WriteLineAsync(ReadyLine.Format(new Uri(address)));
        await ParentGuard.WaitAsync(cancellationToken);

        // Open connections of a load generator would hold up a graceful stop for half a minute.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await application.StopAsync(now.Token);
    }
}
