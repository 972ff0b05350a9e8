using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Connectors.Tokens;

namespace AppProxy.Gateway.Connectors.Checking;

/// <summary>What to check, and as whom.</summary>
internal sealed record NamespaceCheckOptions
{
    /// <summary>The gateway's own.</summary>
    public required ServiceBusConnectionString Connection { get; init; }

    /// <summary>As the gateway connects.</summary>
    public required AmqpTransportOptions Transport { get; init; }

    public required IReadOnlyDictionary<string, GroupRuleOptions> Rules { get; init; }

    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>Reads the sealing keys that the store has; null where there is no store.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<GroupKey>>>? StoredKeys { get; init; }

    /// <summary>The identity of where this runs, tried where keys are refused; null tries none.</summary>
    public Func<IBrokerTokenProvider>? Identity { get; init; }
}
