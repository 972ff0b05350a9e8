using AppProxy.Gateway.Demo;

namespace AppProxy.Tests.EndToEnd.Processes;

/// <summary>Gateway and connector as programs of their own, told what to do by their environment.</summary>
internal static class ProductPrograms
{
    /// <summary>Starts a gateway on one URL, and returns when it serves there: its broker listens before.</summary>
    public static Task<RunningProgram> StartGatewayAsync(string url, IReadOnlyDictionary<string, string?> settings, CancellationToken cancellationToken) =>
        StartAsync(
            ProductExecutables.Gateway,
            new Dictionary<string, string?>(settings) { ["ASPNETCORE_URLS"] = url },
            "Now listening on: " + url,
            cancellationToken);

    /// <summary>Starts a connector, and returns when it pulls.</summary>
    public static Task<RunningProgram> StartConnectorAsync(IReadOnlyDictionary<string, string?> settings, CancellationToken cancellationToken) =>
        StartAsync(
            ProductExecutables.Connector,
            new Dictionary<string, string?>(settings) { [ConnectorProcess.ExitWithParent] = "1" },
            "connected to the broker",
            cancellationToken);

    private static async Task<RunningProgram> StartAsync(
        string path, IReadOnlyDictionary<string, string?> settings, string ready, CancellationToken cancellationToken)
    {
        var environment = settings.ToDictionary(static setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), static setting => setting.Value);
        var program = RunningProgram.Start(path, [], environment: environment);
        try
        {
            await program.WaitForLineAsync(ready, cancellationToken);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }
}
