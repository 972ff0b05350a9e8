using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using AppProxy.Benchmarks.Running;

namespace AppProxy.Benchmarks.Contenders;

/// <summary>
/// The relay as it ships: gateway and connector, each its own process, from the Release build that lies beside this one.
/// All that it knows of their configuration is in this file.
/// </summary>
internal sealed class RelayContender(string name, int publishedApps, string folder, string? certificatePath) : IContender
{
    private readonly List<ChildProcess> _processes = [];

    public string Name => name;

    public IReadOnlyList<ChildProcess> Processes => _processes;

    public async Task<Entrance> StartAsync(Uri app, CancellationToken cancellationToken)
    {
        var (gateway, connector) = (FindBuilt("Gateway"), FindBuilt("Connector"));
        Directory.CreateDirectory(folder);
        var url = new UriBuilder(app.Scheme, "127.0.0.1", LoopbackPort.Find()).Uri;
        var broker = $"amqp://127.0.0.1:{LoopbackPort.Find()}";
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var apps = Path.Combine(folder, "apps.json");
        await File.WriteAllTextAsync(apps, WriteApps(url, app), cancellationToken);

        var gatewaySettings = new Dictionary<string, string>
        {
            ["urls"] = url.ToString(),
            ["Logging__LogLevel__Default"] = "Warning",
            ["Gateway__Apps"] = apps,
            ["Gateway__Broker__Listen"] = broker,
            ["Gateway__Broker__ConnectorKeys__bench__Key"] = key,
        };
        if (certificatePath is not null)
        {
            gatewaySettings["Kestrel__Certificates__Default__Path"] = certificatePath;
        }

        var connectorSettings = new Dictionary<string, string>
        {
            ["APPPROXY_EXIT_WITH_PARENT"] = "1",
            ["Logging__LogLevel__Default"] = "Warning",
            ["Connector__Broker__Url"] = broker,
            ["Connector__Broker__KeyName"] = "bench",
            ["Connector__Broker__Key"] = key,
            ["Connector__Apps__bench__InternalUrl"] = app.ToString(),
            ["Connector__Apps__bench__HttpVersion"] = "1.1",
            ["Connector__Apps__bench__IsBackendCertificateValidationEnabled"] = "false",
        };
        _processes.Add(ChildProcess.StartRole(gatewaySettings, "role-guard", "--", gateway));
        _processes.Add(ChildProcess.Start(connector, connectorSettings));
        var entrance = new Entrance(url);
        await Answering.WaitAsync(entrance, [.. _processes], cancellationToken);
        return entrance;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.AsEnumerable().Reverse())
        {
            await process.DisposeAsync();
        }
    }

    /// <summary>The app that is measured, and as many beside it as there shall be.</summary>
    private string WriteApps(Uri url, Uri app) => JsonSerializer.Serialize(new
    {
        applications = Enumerable.Range(0, publishedApps).Select(number => new
        {
            id = number == 0 ? "bench" : string.Create(CultureInfo.InvariantCulture, $"app{number}"),
            displayName = "bench",
            onPremisesPublishing = new
            {
                externalUrl = number == 0 ? url : new Uri(string.Create(CultureInfo.InvariantCulture, $"https://app{number}.example.com/")),
                internalUrl = app,
                externalAuthenticationType = "passthru",
            },
        }),
    });

    // artifacts/bin/{project}/release, two levels above this program's own folder.
    public static string FindBuilt(string project)
    {
        var program = "AppProxy." + project + (OperatingSystem.IsWindows() ? ".exe" : "");
        var path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", project, "release", program));
        return File.Exists(path) ? path : throw new ContenderUnavailableException($"{project} has no Release build.");
    }
}
