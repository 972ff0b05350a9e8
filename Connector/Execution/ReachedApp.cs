using AppProxy.Connector.Destinations;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Settings;
using AppProxy.Connector.Tls;
using AppProxy.Contracts.Frames;
using Microsoft.Extensions.Options;

namespace AppProxy.Connector.Execution;

/// <summary>One app, and the clients for its connections: HTTP/1.1 by our own, HTTP/2 by the library's.</summary>
internal sealed class ReachedApp : IDisposable
{
    private readonly Http1Client _http1;
    private readonly Http2Client? _http2;

    /// <summary>Whether the app is to be asked by ALPN which version it speaks.</summary>
    private readonly bool _chooses;
    private readonly SemaphoreSlim _choosing = new(1);
    private IAppClient? _chosen;

    /// <exception cref="OptionsValidationException">Its settings, or files that they name, are wrong.</exception>
    public ReachedApp(string id, AppTargetOptions options, Uri url, DestinationRules destinations, AppFaults faults, TimeProvider time)
    {
        var tls = Tls = ReadTls(id, options, url, faults, time);
        _http1 = new Http1Client(
            new Http1Options
            {
                App = id,
                Host = url.IdnHost,
                Port = url.Port,
                Destinations = destinations,
                Tls = tls,
                MaxConnections = options.MaxConnections,
                MaxHeadLength = options.MaxResponseHeadLength,
                IdleTimeout = options.ConnectionIdleTimeout,
            },
            new Http1Target(url),
            faults,
            time);

        // Without TLS nothing can be agreed on, and HTTP/1.1 is what everything speaks.
        _chooses = options.HttpVersion is null && tls is not null;
        if (_chooses || options.HttpVersion == "2")
        {
            var policy = _chooses ? HttpVersionPolicy.RequestVersionOrLower : HttpVersionPolicy.RequestVersionExact;
            _http2 = new Http2Client(id, new AppTarget(url, policy), options.MaxResponseHeadLength, tls, destinations, faults);
        }

        _chosen = _chooses ? null : (IAppClient?)_http2 ?? _http1;
    }

    /// <summary>How its connections are secured; null for an app without TLS.</summary>
    public AppTls? Tls { get; }

    /// <summary>The client for a request. Only HTTP/1.1 knows the Upgrade header.</summary>
    public ValueTask<IAppClient> ClientForAsync(FrameFlags flags, CancellationToken cancellationToken) =>
        flags.HasFlag(FrameFlags.Upgrade) ? new ValueTask<IAppClient>(_http1)
        : _chosen is { } chosen ? new ValueTask<IAppClient>(chosen)
        : ChooseAsync(cancellationToken);

    /// <summary>
    /// Makes sure of a connection for a request that may not run twice, before it is claimed: what this connector does not reach another one may, as long as the
    /// body is still with the client. The library keeps its own connections for HTTP/2.
    /// </summary>
    public async ValueTask PrepareAsync(FrameFlags flags, CancellationToken cancellationToken)
    {
        if (await ClientForAsync(flags, cancellationToken) == _http1)
        {
            await _http1.PrepareAsync(cancellationToken);
        }
    }

    /// <summary>An app whose TLS fails may have been replaced by one that speaks another version: the next call asks again.</summary>
    public void ForgetChoice()
    {
        if (_chooses)
        {
            _chosen = null;
        }
    }

    /// <summary>No request will come for it but those that have it already. The library's client closes what is idle for a minute by itself.</summary>
    public void Retire() => _http1.Drain();

    public void Dispose()
    {
        _choosing.Dispose();
        _http1.Dispose();
        _http2?.Dispose();
    }

    /// <exception cref="OptionsValidationException">Files have changed since the settings were checked.</exception>
    private static AppTls? ReadTls(string id, AppTargetOptions options, Uri url, AppFaults faults, TimeProvider time)
    {
        var mistakes = new List<string>();
        var model = AppTlsReader.Read(id, options, url, time.GetUtcNow(), mistakes);
        return mistakes.Count > 0 ? throw new OptionsValidationException(ConnectorOptions.Section, typeof(ConnectorOptions), mistakes)
            : model is null ? null
            : new AppTls(id, model, faults);
    }

    private async ValueTask<IAppClient> ChooseAsync(CancellationToken cancellationToken)
    {
        // One asks, the others wait for what it learns.
        await _choosing.WaitAsync(cancellationToken);
        try
        {
            return _chosen ??= await _http1.ChoosesHttp2Async(cancellationToken) ? _http2! : _http1;
        }
        finally
        {
            _choosing.Release();
        }
    }
}
