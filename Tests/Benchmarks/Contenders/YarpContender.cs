using AppProxy.Benchmarks.Running;

namespace AppProxy.Benchmarks.Contenders;

/// <summary>One YARP, or several in a row: what a .NET proxy costs without a relay.</summary>
internal sealed class YarpContender(string name, int hops, string? certificatePath) : IContender
{
    private readonly List<ChildProcess> _processes = [];

    public string Name => name;

    public IReadOnlyList<ChildProcess> Processes => _processes;

    public async Task<Entrance> StartAsync(Uri app, CancellationToken cancellationToken)
    {
        var next = app;
        for (var hop = 0; hop < hops; hop++)
        {
            var (process, address) = await ServerRole.StartAsync("role-yarp", certificatePath, next, cancellationToken);
            _processes.Add(process);
            next = address;
        }

        return new Entrance(next);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }
}
