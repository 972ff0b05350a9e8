using AppProxy.Connector.Destinations;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Settings;
using AppProxy.Connector.Tls;

namespace AppProxy.Connector.Execution;

/// <summary>One app as request heads name it: at one host, or at any below a wildcard.</summary>
internal sealed class AppEntry : IDisposable
{
    private readonly ReachedApp? _app;
    private readonly AppHosts? _hosts;

    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Its settings, or files that they name, are wrong.</exception>
    public AppEntry(string id, AppTargetOptions options, DestinationRules destinations, AppFaults faults, TimeProvider time)
    {
        Id = id;
        if (options.InternalUrl.Contains(AppHosts.Star, StringComparison.Ordinal))
        {
            _hosts = new AppHosts(id, options, destinations, faults, time);
        }
        else
        {
            Url = new Uri(options.InternalUrl, UriKind.Absolute);
            Destinations = destinations;
            _app = new ReachedApp(id, options, Url, destinations, faults, time);
        }
    }

    public string Id { get; }

    /// <summary>Where it is; null below a wildcard.</summary>
    public Uri? Url { get; }

    public DestinationRules Destinations { get; } = DestinationRules.None;

    /// <summary>How its connections are secured; null for one without TLS, and below a wildcard.</summary>
    public AppTls? Tls => _app?.Tls;

    /// <summary>The app at the host that these labels make; an app at one host is there for all of them.</summary>
    public ReachedApp? Find(ReadOnlySpan<byte> star) => _app ?? _hosts!.Find(star);

    /// <summary>It is in no set any more: what runs goes on, and then its connections go.</summary>
    public void Retire()
    {
        _app?.Retire();
        _hosts?.Retire();
    }

    public void Dispose()
    {
        _app?.Dispose();
        _hosts?.Dispose();
    }
}
