namespace AppProxy.Gateway.Demo;

/// <summary>What the demo tells the person at the terminal. Lines from several processes never mix within a line.</summary>
internal sealed class DemoOutput(TextWriter writer)
{
    private readonly Lock _lock = new();

    public void Line(string text = "")
    {
        lock (_lock)
        {
            writer.WriteLine(text);
            writer.Flush();
        }
    }

    public void Banner(DemoOptions options, string brokerAddress, IEnumerable<int> connectorIds, Uri internalUrl, string appsFile)
    {
        var external = options.ExternalUrl;
        var lines = new List<string>
        {
            "",
            "AppProxy demo",
            "",
            $"  Gateway       {options.Url}   (pid {Environment.ProcessId})",
            $"  Broker        {brokerAddress}   (embedded in the gateway)",
        };
        lines.AddRange(connectorIds.Select((id, index) => $"  Connector {index + 1}   pid {id}"));
        lines.Add(options.InternalUrl is null
            ? $"  Sample app    {internalUrl}   (internal: only the connector calls it)"
            : $"  Internal app  {internalUrl}   (published OPEN, to this machine only)");
        lines.Add($"  Apps file     {appsFile}   (a change is live within a second)");
        lines.Add("");
        lines.Add($"  Open          {external}");
        lines.Add($"  Try           curl -i {external}{(options.InternalUrl is null ? "api/time" : "")}");
        lines.Add("");
        Line(string.Join(Environment.NewLine, lines));
    }
}
