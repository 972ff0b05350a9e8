using System.Globalization;
using AppProxy.Benchmarks.Running;

namespace AppProxy.Benchmarks.Contenders;

/// <summary>
/// The relay as it ships: gateway and connector, each its own process, from the Release build that lies beside this one.
/// All that it knows of their command line and configuration is in this file.
/// </summary>
internal sealed class RelayContender(string folder, string? certificatePath) : IContender
{
    private readonly List<ChildProcess> _processes = [];

    public string Name => ContenderNames.Relay;

    public IReadOnlyList<ChildProcess> Processes => _processes;

    public async Task<Entrance> StartAsync(Uri app, CancellationToken cancellationToken)
    {
        var gateway = FindBuilt("Gateway");
        Directory.CreateDirectory(folder);
        var url = new UriBuilder(app.Scheme, "127.0.0.1", LoopbackPort.Find()).Uri;
        if (certificatePath is not null)
        {
            // The demo has no setting for a certificate yet.
            throw new ContenderUnavailableException("The relay's demo does not speak TLS yet.");
        }

        _processes.Add(ChildProcess.StartRole("guard", "--", gateway, "demo", "--internal-url", app.ToString(), "--urls", url.ToString()));

        // The demo publishes the app under a name of its own, beside the gateway's.
        var entrance = new Entrance(url, "app.localhost:" + url.Port.ToString(CultureInfo.InvariantCulture));
        await Answering.WaitAsync(entrance, [.. _processes], cancellationToken);
        return entrance;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }

    // artifacts/bin/{project}/release, two levels above this program's own folder.
    private static string FindBuilt(string project)
    {
        var name = "AppProxy." + project + (OperatingSystem.IsWindows() ? ".exe" : "");
        var path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", project, "release", name));
        return File.Exists(path) ? path : throw new ContenderUnavailableException($"{project} has no Release build.");
    }
}
