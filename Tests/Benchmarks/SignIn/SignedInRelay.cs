using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using AppProxy.Benchmarks.Contenders;
using AppProxy.Benchmarks.Load;
using AppProxy.Benchmarks.Running;

namespace AppProxy.Benchmarks.SignIn;

/// <summary>The relay as it ships, with one app behind it that is published twice: open, and for who is signed in. The connector has the gateway's key pinned, and verifies who asks.</summary>
internal sealed class SignedInRelay : IAsyncDisposable
{
    private readonly List<ChildProcess> _processes = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("appproxy-benchmark");
    private readonly int _port = LoopbackPort.Find();
    private ChildProcess _gateway = null!;

    public string OpenHost => Host("open");

    public string SignedInHost => Host("people");

    public Uri Url => new($"http://127.0.0.1:{_port}/");

    /// <summary>Processor time of the gateway's process so far, in clock ticks.</summary>
    public long GatewayTicks => ProcessTree.Of(_gateway.Id).Sum(ProcessTree.ProcessorTicks);

    public static async Task<SignedInRelay> StartAsync(Uri app, YesProvider provider, CancellationToken cancellationToken)
    {
        var relay = new SignedInRelay();
        try
        {
            await relay.StartProcessesAsync(app, provider, cancellationToken);
            return relay;
        }
        catch
        {
            await relay.DisposeAsync();
            throw;
        }
    }

    /// <summary>Signs in, and returns the cookie of the app's host.</summary>
    public async Task<string> SignInAsync(CancellationToken cancellationToken)
    {
        var cookies = new CookieContainer();
        using var handler = new SocketsHttpHandler
        {
            CookieContainer = cookies,
            UseProxy = false,
            // Names below localhost mean this machine, but not every resolver knows that.
            ConnectCallback = static async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var browser = new HttpClient(handler);
        browser.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "text/html");
        var page = new Uri($"http://{SignedInHost}/1k");
        using var answer = await browser.GetAsync(page, cancellationToken);
        return answer.IsSuccessStatusCode && cookies.GetCookieHeader(page) is { Length: > 0 } cookie
            ? cookie
            : throw new ContenderUnavailableException($"Signing in did not work: {answer.StatusCode} at {answer.RequestMessage?.RequestUri}. {_gateway.LastErrors()}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.AsEnumerable().Reverse())
        {
            await process.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private string Host(string name) => string.Create(CultureInfo.InvariantCulture, $"{name}.localhost:{_port}");

    private async Task StartProcessesAsync(Uri app, YesProvider provider, CancellationToken cancellationToken)
    {
        var broker = $"amqp://127.0.0.1:{LoopbackPort.Find()}";
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var apps = Path.Combine(_folder.FullName, "apps.json");
        await File.WriteAllTextAsync(
            apps,
            JsonSerializer.Serialize(new
            {
                applications = new[] { ("open", OpenHost, "passthru"), ("people", SignedInHost, "aadPreAuthentication") }.Select(published => new
                {
                    id = published.Item1,
                    displayName = published.Item1,
                    appRoleAssignmentRequired = false,
                    onPremisesPublishing = new { externalUrl = $"http://{published.Item2}/", internalUrl = app, externalAuthenticationType = published.Item3 },
                }),
            }),
            cancellationToken);
        _gateway = ChildProcess.StartRole(
            new Dictionary<string, string>
            {
                ["urls"] = Url.ToString(),
                ["Logging__LogLevel__Default"] = "Warning",
                ["Gateway__Apps"] = apps,
                ["Gateway__Store"] = Path.Combine(_folder.FullName, "store.db"),
                ["Gateway__Broker__Listen"] = broker,
                ["Gateway__Broker__ConnectorKeys__bench__Key"] = key,
                ["Gateway__SignIn__Authority"] = provider.Issuer,
                ["Gateway__SignIn__ClientId"] = "gateway",
                ["Gateway__SignIn__ClientSecret"] = "gateway-secret",
                ["Gateway__SignIn__Origin"] = $"http://{Host("gateway")}",
            },
            "role-guard", "--", RelayContender.FindBuilt("Gateway"));
        _processes.Add(_gateway);
        var pin = await ReadKeyAsync(cancellationToken);
        var connector = new Dictionary<string, string>
        {
            ["APPPROXY_EXIT_WITH_PARENT"] = "1",
            ["Logging__LogLevel__Default"] = "Warning",
            ["Connector__Broker__Url"] = broker,
            ["Connector__Broker__KeyName"] = "bench",
            ["Connector__Broker__Key"] = key,
            ["Connector__Gateway"] = Url.ToString(),
            ["Connector__GatewayKey"] = pin,
        };
        foreach (var id in (string[])["open", "people"])
        {
            connector[$"Connector__Apps__{id}__InternalUrl"] = app.ToString();
            connector[$"Connector__Apps__{id}__HttpVersion"] = "1.1";
        }

        _processes.Add(ChildProcess.Start(RelayContender.FindBuilt("Connector"), connector));
        await Answering.WaitAsync(new Entrance(Url, OpenHost), [.. _processes], cancellationToken);
    }

    /// <summary>The key that the gateway made, once it is there.</summary>
    private async Task<string> ReadKeyAsync(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpClient(handler) { BaseAddress = Url };
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var keys = JsonDocument.Parse(await client.GetStringAsync("/connectors/jwks", cancellationToken));
                return keys.RootElement.GetProperty("keys")[0].GetProperty("kid").GetString()!;
            }
            catch (HttpRequestException) when (tries < 300 && !_gateway.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
            }
        }
    }
}
