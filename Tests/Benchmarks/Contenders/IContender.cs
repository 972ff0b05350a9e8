using AppProxy.Benchmarks.Running;

namespace AppProxy.Benchmarks.Contenders;

/// <summary>Something that stands, or does not stand, between the load generator and the app.</summary>
internal interface IContender : IAsyncDisposable
{
    /// <summary>Name on the command line and in the table.</summary>
    string Name { get; }

    /// <summary>Processes whose memory counts as this contender's; what they start counts too.</summary>
    IReadOnlyList<ChildProcess> Processes { get; }

    /// <summary>Starts it in front of <paramref name="app"/> and returns where it listens, once it answers.</summary>
    /// <exception cref="ContenderUnavailableException">It is not installed or not built: the row goes without it.</exception>
    Task<Entrance> StartAsync(Uri app, CancellationToken cancellationToken);
}
