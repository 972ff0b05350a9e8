using AppProxy.Contracts.Exchanges;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.Relay.Assertions;
using AppProxy.Gateway.Relay.Translation;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AppProxy.Gateway.Hosting;

/// <summary>Composes the gateway's relay. The catalogue and the broker are added by who knows where they come from.</summary>
internal static class GatewayServices
{
    public static IServiceCollection AddRelay(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new WindowOptions());
        services.AddSingleton<WindowBudget>();
        services.AddMetrics();
        services.AddSingleton<GatewayMeter>();
        services.AddSingleton<GroupRelays>();
        services.AddSingleton<ClientConnections>();
        services.AddSingleton<UrlMaps>();
        services.AddSingleton<AssertionIssuer>();
        services.AddSingleton<RelayForwarder>();
        services.AddSingleton<RequestPipeline>();
        services.AddHostedService<RelayService>();
        return services;
    }
}
