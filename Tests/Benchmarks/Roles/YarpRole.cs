using Yarp.ReverseProxy.Configuration;

namespace AppProxy.Benchmarks.Roles;

/// <summary>YARP with one route to one destination, everything else as it comes.</summary>
internal static class YarpRole
{
    public static async Task RunAsync(Uri destination, string? certificatePath, CancellationToken cancellationToken)
    {
        var builder = RoleServer.CreateBuilder(certificatePath);
        var route = new RouteConfig { RouteId = "all", ClusterId = "app", Match = new RouteMatch { Path = "{**rest}" } };
        var cluster = new ClusterConfig
        {
            ClusterId = "app",
            Destinations = new Dictionary<string, DestinationConfig> { ["app"] = new() { Address = destination.ToString() } },

            // The app's certificate is self-signed.
            HttpClient = new HttpClientConfig { DangerousAcceptAnyServerCertificate = true },
        };
        builder.Services.AddReverseProxy().LoadFromMemory([route], [cluster]);
        await using var application = builder.Build();
        application.MapReverseProxy();
        await RoleServer.RunAsync(application, cancellationToken);
    }
}
