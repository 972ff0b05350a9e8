using AppProxy.Benchmarks.Contenders;
using AppProxy.Benchmarks.Load;

namespace AppProxy.Benchmarks.Rows;

/// <summary>One kind of work, put to every contender alike.</summary>
internal sealed record Row
{
    /// <summary>Name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>Heading in the report.</summary>
    public required string Title { get; init; }

    public required LoadKind Kind { get; init; }

    /// <summary>Path and query at the app.</summary>
    public required string Path { get; init; }

    public Lane Lane { get; init; } = Lane.Plain;

    public int Connections { get; init; } = 1;

    public long RequestBytes { get; init; }

    public long ResponseBytes { get; init; }

    public Bars Bars { get; init; } = new();

    public string RateUnit => Kind switch
    {
        LoadKind.Requests => "req/s",
        LoadKind.Transfer => "MB/s",
        _ => "events/s",
    };

    public LoadOrder OrderFor(Entrance contender, int seconds) => new()
    {
        Kind = Kind,
        Url = new Uri(contender.Url, Path),
        Host = contender.Host,
        Connections = Connections,
        RequestBytes = RequestBytes,
        ResponseBytes = ResponseBytes,
        Seconds = seconds,
    };
}
