using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>
/// Gateway and connector as programs, with one app published as <c>localhost</c> itself: the one name that means this machine to every
/// resolver, for clients that can't be told where a host is.
/// </summary>
internal sealed class LocalhostSite : IAsyncDisposable
{
    private static readonly string[] Faults = ["fail:", "crit:"];

    private readonly WorkingFolder _folder = new();
    private readonly List<RunningProgram> _programs = [];

    private LocalhostSite(Uri url) => Url = url;

    public Uri Url { get; }

    /// <summary>Errors that gateway or connector logged.</summary>
    public IEnumerable<string> Errors => _programs.SelectMany(program => program.Output.Split('\n'))
        .Where(line => Faults.Any(fault => line.Contains(fault, StringComparison.Ordinal)));

    public static async Task<LocalhostSite> StartAsync(
        Uri internalUrl, string scheme, IReadOnlyDictionary<string, object> publishing, CancellationToken cancellationToken)
    {
        var site = new LocalhostSite(new Uri($"{scheme}://localhost:{LoopbackPort.Take().ToString(CultureInfo.InvariantCulture)}/"));
        try
        {
            await site.StartAsync(internalUrl, publishing, cancellationToken);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in Enumerable.Reverse(_programs))
        {
            await program.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StartAsync(Uri internalUrl, IReadOnlyDictionary<string, object> publishing, CancellationToken cancellationToken)
    {
        _folder.Write("apps.json", JsonSerializer.Serialize(new
        {
            applications = new[]
            {
                new
                {
                    id = "app",
                    displayName = "app",
                    onPremisesPublishing = new Dictionary<string, object>(publishing)
                    {
                        ["externalUrl"] = Url,
                        ["internalUrl"] = internalUrl,
                        ["externalAuthenticationType"] = "passthru",
                    },
                },
            },
        }));
        _folder.Write("tls.pem", TestCertificate.Instance.ExportCertificatePem());
        using (var key = TestCertificate.Instance.GetECDsaPrivateKey()!)
        {
            _folder.Write("tls.key", key.ExportPkcs8PrivateKeyPem());
        }

        var brokerPort = LoopbackPort.Take();
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await StartAsync(
            ProductExecutables.Gateway,
            "Application started",
            new()
            {
                ["ASPNETCORE_URLS"] = $"{Url.Scheme}://127.0.0.1:{Url.Port}",
                ["Kestrel__Certificates__Default__Path"] = Path.Combine(_folder.Path, "tls.pem"),
                ["Kestrel__Certificates__Default__KeyPath"] = Path.Combine(_folder.Path, "tls.key"),
                ["Gateway__Apps"] = Path.Combine(_folder.Path, "apps.json"),
                ["Gateway__Broker__Listen"] = $"amqp://127.0.0.1:{brokerPort}",
                ["Gateway__Broker__ConnectorKeys__connector__Key"] = secret,
            },
            cancellationToken);
        await StartAsync(
            ProductExecutables.Connector,
            "connected to the broker",
            new()
            {
                ["Connector__Broker__Url"] = $"amqp://127.0.0.1:{brokerPort}",
                ["Connector__Broker__KeyName"] = "connector",
                ["Connector__Broker__Key"] = secret,
                ["Connector__Apps__app__InternalUrl"] = internalUrl.ToString(),
            },
            cancellationToken);
    }

    private async Task StartAsync(string path, string readyText, Dictionary<string, string?> settings, CancellationToken cancellationToken)
    {
        // Should the test's process be killed, these end with it.
        settings["APPPROXY_EXIT_WITH_PARENT"] = "1";
        var program = RunningProgram.Start(path, [], _folder.Path, settings);
        _programs.Add(program);
        await program.WaitForLineAsync(readyText, cancellationToken);
    }
}
