using System.Text;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>An internal origin ⇒ the external ones at which something of it is published.</summary>
internal static class ExternalOrigins
{
    /// <summary>More would make a policy longer than servers take; the apps of a larger host need a policy of their own.</summary>
    private const int Most = 8;

    /// <param name="origin"><c>http://host:port</c>; a <c>*.</c> in front of the host stands for a whole wildcard.</param>
    /// <param name="urls">Of the exchange.</param>
    /// <returns>The app's own first; none for a foreign origin.</returns>
    public static List<string> Find(string origin, UrlTranslation urls)
    {
        var found = new List<string>();
        var isWildcard = origin.Contains("://*.", StringComparison.Ordinal);
        var octets = Encoding.Latin1.GetBytes(isWildcard ? origin.Replace("://*.", "://", StringComparison.Ordinal) : origin);
        Span<char> key = stackalloc char[Authority.MaxLength];
        if (!UrlHead.TryRead(octets, out var head) || head.IsPath || !head.TryReadAuthority(key, out var nameLength, out var port))
        {
            return found;
        }

        if (isWildcard)
        {
            FindWildcard(key[..nameLength], port, head.Scheme, urls, found);
            return found;
        }

        if (urls.TryGetHost(key, nameLength, port, head.Scheme, out var host, out _))
        {
            var isWebSocket = head.Scheme is UrlScheme.Ws or UrlScheme.Wss;
            foreach (var route in host.Routes.OrderBy(route => InternalHost.IsOwn(route, urls.App) ? 0 : 1))
            {
                var external = urls.OriginOf(route, key[..nameLength]);
                external = isWebSocket ? string.Concat("ws", external.AsSpan("http".Length)) : external;
                if (found.Count < Most && !found.Contains(external))
                {
                    found.Add(external);
                }
            }
        }

        return found;
    }

    private static void FindWildcard(ReadOnlySpan<char> name, int? port, UrlScheme scheme, UrlTranslation urls, List<string> found)
    {
        var key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $".{name}:{port ?? (scheme is UrlScheme.Https or UrlScheme.Wss ? 443 : 80)}");
        if (urls.Map.TryGetWildcard(key, out var host))
        {
            found.AddRange(host.Routes.Select(static route => $"{route.External.Scheme}://{route.External.AuthorityFor("*")}").Distinct().Take(Most));
        }
    }
}
