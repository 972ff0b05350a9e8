using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace AppProxy.Gateway.Hosting;

/// <summary>Kestrel, whose start fails with a <see cref="ListenException"/>: so what is wrong with an address or a certificate is told from our own faults.</summary>
internal sealed class FrontDoorServer(IServer kestrel) : IServer
{
    public IFeatureCollection Features => kestrel.Features;

    public async Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        try
        {
            await kestrel.StartAsync(application, cancellationToken);
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            throw new ListenException("--urls", cause);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => kestrel.StopAsync(cancellationToken);

    public void Dispose() => kestrel.Dispose();

    /// <summary>Puts it in front of the server that is registered.</summary>
    public static void Decorate(IServiceCollection services)
    {
        var kestrel = services.Last(static service => service.ServiceType == typeof(IServer));
        services.Remove(kestrel);
        services.Add(ServiceDescriptor.DescribeKeyed(typeof(IServer), nameof(FrontDoorServer), kestrel.ImplementationType!, ServiceLifetime.Singleton));
        services.AddSingleton<IServer>(static provider => new FrontDoorServer(provider.GetRequiredKeyedService<IServer>(nameof(FrontDoorServer))));
    }
}
