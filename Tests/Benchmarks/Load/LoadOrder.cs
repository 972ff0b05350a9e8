namespace AppProxy.Benchmarks.Load;

/// <summary>One measurement, as told to a load generator.</summary>
internal sealed record LoadOrder
{
    public required LoadKind Kind { get; init; }

    /// <summary>Whole URL of what is asked for.</summary>
    public required Uri Url { get; init; }

    /// <summary>Host header, where it is another than the URL's: a published app has a name of its own.</summary>
    public string? Host { get; init; }

    /// <summary>Cookie header, for who is signed in.</summary>
    public string? Cookie { get; init; }

    /// <summary>Connections, each with at most one request under way.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>Bytes sent in each request; 0 is a GET.</summary>
    public long RequestBytes { get; init; }

    /// <summary>Bytes expected in each response.</summary>
    public long ResponseBytes { get; init; }

    /// <summary>How long to go on sending; unused by <see cref="LoadKind.Transfer"/>.</summary>
    public int Seconds { get; init; }
}

/// <summary>What kind of work a measurement is.</summary>
internal enum LoadKind
{
    /// <summary>The same small request again and again on each connection.</summary>
    Requests,

    /// <summary>One large body, once.</summary>
    Transfer,

    /// <summary>One endless response per connection, its events timed from the app's write.</summary>
    Events,
}
