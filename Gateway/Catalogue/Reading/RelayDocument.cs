namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>What Graph has no name for. Durations are written <c>hh:mm:ss</c>.</summary>
internal sealed class RelayDocument
{
    public string? WaitForConnector { get; set; }

    public string? IdleTimeout { get; set; }

    public string? TotalTimeout { get; set; }

    public int? MaxWaitingRequests { get; set; }

    public ReplayableDocument? Replayable { get; set; }
}
