using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace AppProxy.Testing;

/// <summary>A connector's configuration, as an operator would give it in a file.</summary>
internal sealed class ConnectorConfiguration(Uri broker, string key, IReadOnlyDictionary<string, Uri> apps) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new MemoryConfigurationSource
    {
        InitialData = apps
            .Select(static app => KeyValuePair.Create<string, string?>($"Connector:Apps:{app.Key}:InternalUrl", app.Value.ToString()))
            .Append(new("Connector:Broker:Url", broker.ToString()))
            .Append(new("Connector:Broker:KeyName", "connector"))
            .Append(new("Connector:Broker:Key", key)),
    }.Build(builder);
}
