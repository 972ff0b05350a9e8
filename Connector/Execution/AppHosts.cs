using System.Collections.Concurrent;
using System.Text;
using AppProxy.Connector.Destinations;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Settings;

namespace AppProxy.Connector.Execution;

/// <summary>The hosts of an app whose internal URL has a star, each with connections of its own, made when a request names it and given up when many others were named since.</summary>
/// <remarks>Clients choose the names, so there are bounds: what does not exist costs a look-up of the name and a place here until it is needed.</remarks>
internal sealed class AppHosts(string id, AppTargetOptions options, DestinationRules destinations, AppFaults faults, TimeProvider time)
{
    private const int MaxHosts = 256;
    private const int MaxName = 253;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Host> _hosts = new(StringComparer.Ordinal);

    /// <summary>The star's place in an internal URL.</summary>
    public const string Star = "//*.";

    /// <summary>The app at the host whose first labels these are; null where they make no name below the wildcard.</summary>
    /// <param name="star">Checked (<see cref="AppProxy.Contracts.Frames.TargetName.IsStar"/>).</param>
    public ReachedApp? Find(ReadOnlySpan<byte> star)
    {
        if (star.IsEmpty)
        {
            return null;
        }

        var labels = Encoding.ASCII.GetString(star);
        if (!_hosts.TryGetValue(labels, out var host))
        {
            if (TryMakeUrl(options.InternalUrl, labels) is not { } url)
            {
                return null;
            }

            host = Add(labels, url);
        }

        host.UsedAt = time.GetTimestamp();
        return host.App;
    }

    public void Retire()
    {
        foreach (var host in _hosts.Values)
        {
            host.App.Retire();
        }
    }

    public void Dispose()
    {
        foreach (var host in _hosts.Values)
        {
            host.App.Dispose();
        }
    }

    /// <summary>The URL with labels in the place of its star; null unless its host is below the wildcard, whatever the labels are.</summary>
    public static Uri? TryMakeUrl(string pattern, string labels)
    {
        var at = pattern.IndexOf(Star, StringComparison.Ordinal) + 2;
        if (at < 2 || !Uri.TryCreate(string.Concat(pattern.AsSpan(0, at), labels, pattern.AsSpan(at + 1)), UriKind.Absolute, out var url)
            || !Uri.TryCreate(pattern.Remove(at, 2), UriKind.Absolute, out var parent))
        {
            return null;
        }

        return url.HostNameType == UriHostNameType.Dns && url.IdnHost.Length <= MaxName && url.IdnHost == $"{labels}.{parent.IdnHost}"
            && url.Port == parent.Port && url.UserInfo.Length == 0 && url.AbsolutePath == parent.AbsolutePath
            ? url
            : null;
    }

    private Host Add(string labels, Uri url)
    {
        lock (_gate)
        {
            if (_hosts.TryGetValue(labels, out var known))
            {
                return known;
            }

            if (_hosts.Count >= MaxHosts && _hosts.TryRemove(_hosts.MinBy(static host => host.Value.UsedAt).Key, out var oldest))
            {
                oldest.App.Retire();
            }

            var host = new Host(new ReachedApp(id, options, url, destinations, faults, time));
            _hosts[labels] = host;
            return host;
        }
    }

    private sealed class Host(ReachedApp app)
    {
        public ReachedApp App => app;

        public long UsedAt { get; set; }
    }
}
