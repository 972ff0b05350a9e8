using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using AppProxy.Tests.EndToEnd.Hosting;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;
using NUnit.Framework.Interfaces;

namespace AppProxy.Tests.EndToEnd.Processes;

/// <summary>The product as an operator runs it, with nothing of it in this process: a gateway and a connector, each a process of its own, and the test's app behind them.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private readonly WorkingFolder _folder = new();
    private readonly LoopbackApp _app;
    private readonly bool _isHttp2;
    private readonly int _brokerPort = LoopbackPort.Take();
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private RunningProgram? _gateway;
    private RunningProgram? _connector;

    private Deployment(LoopbackApp app, bool isHttp2)
    {
        _app = app;
        _isHttp2 = isHttp2;
        Url = new Uri($"http://app.localhost:{LoopbackPort.Take()}/");
    }

    public Uri Url { get; }

    public RunningProgram Gateway => _gateway!;

    public RunningProgram Connector => _connector!;

    /// <param name="answer">The app.</param>
    /// <param name="isHttp2">Whether the gateway speaks HTTP/2, by prior knowledge, in place of HTTP/1.1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Deployment> StartAsync(RequestDelegate answer, bool isHttp2, CancellationToken cancellationToken)
    {
        var deployment = new Deployment(await LoopbackApp.StartAsync(answer, cancellationToken), isHttp2);
        try
        {
            await deployment.StartGatewayAsync(cancellationToken);
            deployment._connector = await ProductPrograms.StartConnectorAsync(
                new Dictionary<string, string?>
                {
                    ["Connector:Broker:Url"] = $"amqp://127.0.0.1:{deployment._brokerPort}",
                    ["Connector:Broker:KeyName"] = "site",
                    ["Connector:Broker:Key"] = deployment._key,
                    ["Connector:Apps:app:InternalUrl"] = deployment._app.Url,
                },
                cancellationToken);
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the gateway; the second time as a new process on the same ports, in place of one that is dead.</summary>
    public async Task StartGatewayAsync(CancellationToken cancellationToken)
    {
        if (_gateway is { } dead)
        {
            await dead.DisposeAsync();
        }

        _folder.Write("apps.json", JsonSerializer.Serialize(new
        {
            applications = new[]
            {
                new
                {
                    id = "app",
                    displayName = "app",
                    onPremisesPublishing = new { externalUrl = Url, internalUrl = _app.Url, externalAuthenticationType = "passthru" },
                },
            },
        }));
        _gateway = await ProductPrograms.StartGatewayAsync(
            $"http://127.0.0.1:{Url.Port}",
            new Dictionary<string, string?>
            {
                ["Kestrel:EndpointDefaults:Protocols"] = _isHttp2 ? "Http2" : "Http1",
                ["Gateway:Apps"] = Path.Combine(_folder.Path, "apps.json"),
                ["Gateway:Broker:Listen"] = $"amqp://127.0.0.1:{_brokerPort}",
                ["Gateway:Broker:ConnectorKeys:site:Key"] = _key,
            },
            cancellationToken);
    }

    /// <summary>A client of the app; what it makes requests of by itself goes in the gateway's version of HTTP.</summary>
    public HttpClient CreateClient()
    {
        var client = LoopbackClient.Create(Url);
        client.DefaultRequestVersion = _isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
        {
            await TestContext.Progress.WriteLineAsync($"{_gateway?.Output}\n{_connector?.Output}");
        }

        foreach (var started in (IAsyncDisposable?[])[_connector, _gateway, _app])
        {
            if (started is not null)
            {
                await started.DisposeAsync();
            }
        }

        _folder.Dispose();
    }
}
