using AppProxy.Gateway.Directory.Account;

namespace AppProxy.Gateway.Demo;

/// <summary>What the demo tells the person at the terminal. Lines from several processes never mix within a line.</summary>
/// <param name="writer">Where it goes.</param>
/// <param name="isInColour">Whether that shows colours.</param>
internal sealed class DemoOutput(TextWriter writer, bool isInColour)
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

    public void Banner(DemoOptions options, string brokerAddress, IEnumerable<int> connectorIds, Uri internalUrl, string appsFile, IReadOnlyList<DemoPerson> people)
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
            : $"  Internal app  {internalUrl}   ({(options.IsSignInOn ? "for who signs in" : "published OPEN")}, to this machine only)");
        lines.Add($"  Apps file     {appsFile}   (a change is live within a second)");
        lines.Add("");
        lines.Add($"  Open          {external}");
        if (people.Count == 0)
        {
            lines.Add($"  Try           curl -i {external}{(options.InternalUrl is null ? "api/time" : "")}");
        }
        else
        {
            AddPeople(lines, options, people);
        }

        lines.Add("");
        Line(string.Join(Environment.NewLine, lines));
    }

    private void AddPeople(List<string> lines, DemoOptions options, IReadOnlyList<DemoPerson> people)
    {
        if (options.InternalUrl is null)
        {
            lines.Add($"                {options.SecondUrl}   (for {DemoPerson.Alice} alone)");
        }

        lines.AddRange(people.Select(static person => $"  Sign in as    {person.UserName}   {person.Password}{(person.Authenticator is null ? "" : "   and a code")}"));
        if (people.FirstOrDefault(static person => person.Authenticator is not null) is { Authenticator: { } authenticator } careful)
        {
            lines.Add($"  Codes         for {careful.UserName}: scan this with an authenticator app, or type {authenticator.Key}");
            lines.Add("");
            lines.AddRange(QrCode.Text(authenticator.Uri, isInColour).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(static line => "  " + line));
        }
    }
}
