using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.Broker.Amqp;

/// <summary>Puts the embedded broker into a host.</summary>
internal static class BrokerRegistration
{
    /// <summary>Adds the broker and, unless there is one, the queue engine behind it.</summary>
    public static OptionsBuilder<BrokerOptions> AddBroker(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new QueueEngineOptions());
        services.TryAddSingleton<QueueEngine>();
        services.TryAddSingleton<IAuthorizationRules, ConfiguredRules>();
        services.TryAddSingleton<AmqpBroker>();
        services.AddHostedService<BrokerShutdown>();
        services.TryAddSingleton<IValidateOptions<BrokerOptions>, BrokerOptionsValidator>();

        // Not TryAdd: Kestrel's own is there already, and the last one counts.
        services.AddSingleton<IMemoryPoolFactory<byte>, BlockPoolFactory>();
        return services.AddOptions<BrokerOptions>().ValidateOnStart();
    }

    /// <summary>Serves AMQP on a TCP endpoint. For TLS call UseHttps on it first.</summary>
    public static void UseBroker(this ListenOptions endpoint) => endpoint.UseConnectionHandler<BrokerConnectionHandler>();

    /// <summary>Serves AMQP in WebSockets at /$servicebus/websocket. The pipeline needs UseWebSockets before it.</summary>
    public static IEndpointConventionBuilder MapBroker(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(Dialect.WebSocketPath, (HttpContext context, AmqpBroker broker) => BrokerWebSocketEndpoint.HandleAsync(context, broker));
}
