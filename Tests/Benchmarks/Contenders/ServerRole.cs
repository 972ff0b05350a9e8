using AppProxy.Benchmarks.Roles;
using AppProxy.Benchmarks.Running;

namespace AppProxy.Benchmarks.Contenders;

/// <summary>Starts this program as one of its server roles and hears where it listens.</summary>
internal static class ServerRole
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    public static async Task<(ChildProcess Process, Uri Address)> StartAsync(string verb, string? certificatePath, Uri? destination, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            verb,
            .. destination is null ? Array.Empty<string>() : ["--to", destination.ToString()],
            .. certificatePath is null ? Array.Empty<string>() : ["--certificate", certificatePath],
        ];
        var process = ChildProcess.StartRole(arguments);
        try
        {
            var line = await process.Output.ReadLineAsync(cancellationToken).AsTask().WaitAsync(StartTime, TimeProvider.System, cancellationToken);
            return (process, ReadyLine.Parse(line) ?? throw new InvalidOperationException($"The {verb} role did not start: {line} {process.LastErrors()}"));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
