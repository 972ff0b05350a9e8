using AppProxy.Benchmarks.Running;

namespace AppProxy.Benchmarks.Contenders;

/// <summary>Nothing in between: the ceiling.</summary>
internal sealed class DirectContender : IContender
{
    public string Name => ContenderNames.App;

    public IReadOnlyList<ChildProcess> Processes => [];

    public Task<Entrance> StartAsync(Uri app, CancellationToken cancellationToken) => Task.FromResult(new Entrance(app));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
