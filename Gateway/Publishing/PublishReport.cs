using System.Text.Json;

namespace AppProxy.Gateway.Publishing;

/// <summary>What a publish test found.</summary>
internal sealed record PublishReport : StepReport
{
    public required string App { get; init; }

    public required string DisplayName { get; init; }

    public required string Url { get; init; }

    public HopTimes Milliseconds { get; } = new();

    public string ToJson() => JsonSerializer.Serialize(this, PublishJsonContext.Default.PublishReport);

    public void Write(TextWriter output) => Write(
        output,
        $"{DisplayName} ({App})  {Url}",
        [
            ("name", Milliseconds.Name), ("connection", Milliseconds.Connection), ("TLS", Milliseconds.Tls), ("gateway", Milliseconds.Gateway),
            ("queue, connector and app", Milliseconds.RelayAndApp), ("body", Milliseconds.Body),
            .. Milliseconds.ConnectorToApp.Select(static connector => ($"connection {connector.Key} to app", (double?)connector.Value)),
        ]);
}
