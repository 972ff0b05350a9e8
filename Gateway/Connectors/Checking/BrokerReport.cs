using System.Text.Json;
using System.Text.Json.Serialization;
using AppProxy.Gateway.Publishing;

namespace AppProxy.Gateway.Connectors.Checking;

/// <summary>What a broker check found.</summary>
internal sealed record BrokerReport : StepReport
{
    /// <summary>Where the broker is.</summary>
    public required string Broker { get; init; }

    public BrokerTimes Milliseconds { get; } = new();

    public string ToJson() => JsonSerializer.Serialize(this, BrokerJsonContext.Default.BrokerReport);

    public void Write(TextWriter output) => Write(
        output, Broker, [("connection", Milliseconds.Connection), .. Milliseconds.RoundTrip.Select(static group => ($"round trip {group.Key}", (double?)group.Value))]);
}

/// <summary>How long things took, in milliseconds; null for what was not come by.</summary>
internal sealed record BrokerTimes
{
    /// <summary>TCP, TLS and the opening of AMQP.</summary>
    public double? Connection { get; set; }

    /// <summary>A message to a connector's session and one to a gateway's, by connector group.</summary>
    public Dictionary<string, double> RoundTrip { get; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BrokerReport))]
internal sealed partial class BrokerJsonContext : JsonSerializerContext;
