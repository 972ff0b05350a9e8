using System.Globalization;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Certificates;
using AppProxy.Gateway.Connectors.Calls;
using Microsoft.AspNetCore.Http.Features;

namespace AppProxy.Gateway.Hosting;

/// <summary>Sends who comes with http, where nothing is published under http, to what is published there under https.</summary>
internal sealed class HttpsRedirect(int port, IEnumerable<string> ownHosts)
{
    private const int HttpsPort = 443;
    private readonly HashSet<string> _ownHosts = [.. ownHosts.Select(Authority.Normalize)];

    /// <summary>
    /// An app's is for good (308): its URL says https. The gateway's own pages may be asked for by machines inside too: 307, and only what a browser
    /// asks. Both keep the method. Of a host that nobody has, nothing is known that one could be sent to.
    /// </summary>
    public Task? TryAnswer(HttpContext context, CatalogueSnapshot snapshot)
    {
        var request = context.Request;
        if (request.IsHttps || !request.Host.HasValue || request.Path.StartsWithSegments(AcmeChallenges.Path))
        {
            return null;
        }

        var isApp = snapshot.Matcher.TryMatch(Uri.UriSchemeHttps, new HostString(request.Host.Host, port), request.Path.Value, out _);
        if (!isApp && !IsOwnPage(context))
        {
            return null;
        }

        var response = context.Response;
        response.StatusCode = isApp ? StatusCodes.Status308PermanentRedirect : StatusCodes.Status307TemporaryRedirect;
        response.Headers.CacheControl = isApp ? "max-age=3600" : "no-store";
        var host = new HostString(request.Host.Host).ToUriComponent();
        response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"https://{host}{(port == HttpsPort ? "" : $":{port}")}{Target(context)}");
        return Task.CompletedTask;
    }

    private bool IsOwnPage(HttpContext context)
    {
        var request = context.Request;
        return _ownHosts.Contains(Authority.Normalize(request.Host.Host))
            && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            && !context.WebSockets.IsWebSocketRequest
            && request.Path != "/healthz"
            && !ConnectorEndpoints.Owns(request.Path);
    }

    /// <summary>As the client sent it; of the absolute form, what follows the authority.</summary>
    private static string Target(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.StartsWith('/'))
        {
            return target;
        }

        var rest = target.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? target.AsSpan(scheme + 3) : default;
        return rest.IndexOfAny('/', '?') switch
        {
            < 0 => "/",
            var at when rest[at] == '?' => string.Concat("/", rest[at..]),
            var at => rest[at..].ToString(),
        };
    }
}
